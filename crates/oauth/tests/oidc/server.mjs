// An OAuth server that nobody here wrote, for the tests of crates/oauth: a native client without a
// secret, PKCE by S256 required, refresh tokens that rotate, revocation. Its own sign-in and
// consent pages approve whoever signs in. State is in memory; port and issuer are printed first.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "native",
        application_type: "native",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: ["http://127.0.0.1/callback"],
      },
      {
        client_id: "machine",
        client_secret: "machine secret/&",
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
      },
    ],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    scopes: ["openid", "offline_access", "contacts.read"],
    // The agency is named by whoever signs in, in the id token.
    claims: { openid: ["sub", "clientCode"] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, clientCode: id.split("@")[1] ?? id }),
    }),
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true },
    },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      ClientCredentials: 600,
      Grant: 86400,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 86400,
      Session: 3600,
    },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
// Whoever started us holds the other end; when they are gone, so are we.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
