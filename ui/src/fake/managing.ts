/** The app, its preferences, connecting and all that is set about a connection. */
import type { Backend } from "../ipc/backend";
import type { ConnectionRow, ConnectionView, Preferences, ProviderView, ReportingView, Result } from "../ipc/types";
import PROVIDERS from "./providers.json";
import { now } from "./runs";
import { failed, NO_CONNECTION, ok, report, type World } from "./world";

type Commands = Backend["commands"];

const providers = PROVIDERS as unknown as ProviderView[];
const SIGN_IN_MS = 300_000;

const CANCELLED = report("signInCancelled", "Sign-in was cancelled", "The sign-in was cancelled.", "Start the sign-in again when you are ready.");

const WRONG_ADDRESS = report("signInRefused", "That is not where a sign-in ends", "The address holds no code.", "Copy the whole address from the browser in which you signed in.");

type Managing =
  | "appInfo" | "preferences" | "setPreferences" | "setAlertWebhook" | "reporting" | "openDataSet" | "openDocumentation" | "chooseFile" | "providers"
  | "connectDefaults" | "connect" | "reauthorize" | "openSignInAgain" | "pasteSignInAddress" | "cancelSignIn" | "renameConnection" | "pause"
  | "resume" | "disconnect" | "setSchedule" | "platform" | "setPlatform";

export function managingCommands(world: World): Pick<Commands, Managing> {
  return {
    appInfo: () => ok(world.info),
    preferences: () => ok(world.preferences),
    setPreferences: (preferences) => setPreferences(world, preferences),
    setAlertWebhook: (address) => setAlertWebhook(world, address),
    reporting: () => ok(world.reporting),
    openDataSet: async (dataSet) => {
      await world.ticks.after(600);
      world.open(dataSet);
      return ok(world.info);
    },
    openDocumentation: () => ok(null),
    chooseFile: () => ok("/home/alex/profile.json"),
    providers: () => ok(providers),
    connectDefaults: (provider) => ok(defaultsOf(world, provider)),
    connect: (request) => connect(world, request),
    reauthorize: (id) => reauthorize(world, id),
    openSignInAgain: () => ok(null),
    pasteSignInAddress: (address) => {
      if (!address.includes("code=")) return failed(WRONG_ADDRESS);
      world.signIn?.("done");
      return ok(null);
    },
    cancelSignIn: () => {
      world.signIn?.("cancelled");
      return ok(null);
    },
    renameConnection: (id, name) => changed(world, id, ({ connection }) => ({ connection: { ...connection, name } })),
    pause: (id) =>
      changed(world, id, ({ connection, health }) => ({
        connection: { ...connection, pausedAt: now(world) },
        health: { ...health, state: "paused", since: now(world) },
      })),
    resume: (id) =>
      changed(world, id, ({ connection, health }) => ({
        connection: { ...connection, pausedAt: null },
        health: { ...health, state: "healthy", since: now(world) },
      })),
    disconnect: (id, purge) => {
      const row = world.row(id);
      const others = ({ connection }: ConnectionRow) => connection.id !== id;
      world.rows = world.rows.filter(others);
      world.ended = world.ended.filter(others);
      if (row && !purge) world.ended.push({ ...row, connection: { ...row.connection, disconnectedAt: now(world) } });
      return ok(null);
    },
    setSchedule: (id, everyMinutes) => {
      const nextAt = everyMinutes === null ? null : new Date(world.ticks.now() + everyMinutes * 60_000).toISOString();
      world.change(id, () => ({ schedule: { everyMinutes, nextAt } }));
      return ok({ everyMinutes, nextAt });
    },
    platform: () => ok(world.platform),
    setPlatform: (url) => ok((world.platform = { url, tokenStored: true })),
  };
}

/** As the shell does: an address that news may not go to is refused. */
function refused(what: string, address: string | null | undefined) {
  if (typeof address !== "string" || address === "" || /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)\b)/.test(address)) return null;
  return report("configuration", "A setting is not right", `The setting \`${what}\` must be an address that begins with https://.`, "Correct the setting named in the message.");
}

function setPreferences(world: World, preferences: Preferences): Promise<Result<Preferences>> {
  const slip = refused("trace collector", preferences.otlpEndpoint);
  if (slip) return failed(slip);
  return ok((world.preferences = { ...preferences, otlpEndpoint: preferences.otlpEndpoint ?? null }));
}

/** As the shell does: of the address the host alone is told again. */
function setAlertWebhook(world: World, address: string | null): Promise<Result<ReportingView>> {
  const slip = refused("alert webhook", address);
  if (slip) return failed(slip);
  const alertWebhook = address === null ? null : { host: new URL(address).host, fromEnvironment: false };
  return ok((world.reporting = { ...world.reporting, alertWebhook }));
}

function changed(world: World, id: string, part: (row: ConnectionRow) => Partial<ConnectionRow>): Promise<Result<ConnectionView>> {
  const row = world.change(id, part);
  return row ? ok(row.connection) : failed(NO_CONNECTION);
}

function defaultsOf(world: World, id: string) {
  const provider = providers.find((one) => one.id === id);
  // The sandbox simulates the CRMs that it knows, and no other.
  if (world.info.dataSet === "real" || !provider || id === "custom") return { tenant: null, name: null, settings: {}, secretsHeld: [] };
  const asked = provider.fields.filter((field) => field.required && !field.secret && typeof field.default !== "string");
  return {
    tenant: "sandbox",
    name: `${provider.name} sandbox`,
    settings: Object.fromEntries(asked.map((field) => [field.key, field.setting.kind === "url" ? "http://127.0.0.1:40100" : `sandbox-${field.key}`])),
    secretsHeld: provider.fields.filter((field) => field.secret).map((field) => field.key),
  };
}

/** Waits until the person has signed in in the browser: here, until some time has passed. */
function browser(world: World): Promise<"done" | "cancelled"> {
  world.emit("signInPrompt", {
    url: "https://connect.crm.example/authorize?response_type=code&code_challenge_method=S256",
    until: new Date(world.ticks.now() + SIGN_IN_MS).toISOString(),
  });
  return new Promise((settle) => {
    world.signIn = (outcome) => {
      world.signIn = null;
      settle(outcome);
    };
    void world.ticks.after(6000).then(() => world.signIn?.("done"));
  });
}

async function connect(world: World, request: Parameters<Commands["connect"]>[0]): Promise<Result<ConnectionView>> {
  const provider = providers.find(({ id }) => id === request.provider);
  if (!provider) return failed(NO_CONNECTION);
  await world.ticks.after(400);
  if (request.settings.signIn === "browser" && (await browser(world)) === "cancelled") return failed(CANCELLED);
  if (Object.values(request.secrets).includes("wrong")) {
    return failed(report("authInvalid", "The CRM does not accept the credentials", `${provider.name} answered 401 to the credentials.`, "Check the key in the CRM, and type it again."));
  }
  const id = `${provider.id}-${request.tenant}`;
  const connection: ConnectionView = {
    id,
    provider: provider.id,
    tenant: request.tenant,
    name: request.name ?? `${provider.name} ${request.tenant}`,
    settings: request.settings,
    createdAt: now(world),
  };
  world.rows = [...world.rows.filter((row) => row.connection.id !== id), newRow(world, connection, provider)];
  return ok(connection);
}

function newRow(world: World, connection: ConnectionView, provider: ProviderView): ConnectionRow {
  const time = now(world);
  return {
    connection,
    providerName: provider.name,
    health: { state: "new", activity: "idle", since: time, failureStreak: 0, staleAfter: new Date(world.ticks.now() + 86_400_000).toISOString(), issues: [] },
    contacts: 0,
    pending: { create: 0, update: 0, archive: 0, unchanged: 0, blocked: 0 },
    schedule: { everyMinutes: null, nextAt: null },
    strip: [],
    recent: [],
    doubt: null,
    finding: null,
    unconfirmed: provider.unconfirmed ?? null,
  };
}

async function reauthorize(world: World, id: string): Promise<Result<ConnectionView>> {
  await world.ticks.after(700);
  return changed(world, id, ({ health }) => ({
    health: { ...health, state: "healthy", since: now(world), failureStreak: 0, issues: [], lastErrorMessage: null, tokenExpires: null },
    finding: null,
  }));
}
