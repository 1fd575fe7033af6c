/** An agency's own data: everything is typed, nothing is filled in. The CRMs and the platform are a sandbox
 *  that another program serves, which the app takes for the real ones. */
import assert from "node:assert/strict";

import { serveSandbox } from "./sandbox.mjs";

/** How many contacts each CRM lists: few, since one that may be asked once a second is among them. */
const CONTACTS = 120;

async function connect(app, provider, tenant, typed, addresses) {
  await app.go("#/connect");
  await app.click("link", provider);
  await app.find("heading", `Connect ${provider}`);
  await app.type(/^Name/, `${provider} branch`);
  await app.type("Agency on NurtureHub", tenant);
  for (const [label, text] of Object.entries(typed)) await app.type(new RegExp(`^${label}`), text);
  await app.click("button", "Advanced settings");
  for (const [label, text] of Object.entries(addresses)) await app.type(new RegExp(`^${label}`), text);
  await app.click("button", "Connect");
  await app.sees(`${provider} branch is connected`);
  await app.find("button", "Run the first sync");
}

/** There is no mark of the sandbox on the screen. */
async function isReal(app) {
  assert.ok(!(await app.run("return sees({ text: 'Sandbox data.' })")), "an agency's own data bear no mark");
}

export const REAL_WALKS = [
  [
    "an agency's own data: the platform and two CRMs are typed in, synced and pushed, and nothing says sandbox",
    async (trial) => {
      const { home } = trial;
      const { access, control, end } = await serveSandbox(CONTACTS);
      const { providers, platform } = access;
      const app = await trial.openElsewhere();
      await app.find("heading", "Welcome to NurtureHub Connect");
      await isReal(app);

      await app.go("#/settings");
      await app.type("Address", platform.url);
      await app.type("Token", platform.token);
      await app.click("button", "Save");
      await app.sees("The platform is set");
      await app.sees("One is kept in the keychain.");
      assert.equal(await app.valueOf("Token"), "", "what is secret does not stay in the form");

      const { street, alto } = providers;
      await connect(app, "Street", platform.tenant, { Token: street.secrets.token }, { "Address of the API": street.settings.baseUrl });
      await app.click("button", "Run the first sync");
      await app.find("heading", /Street branch.*Healthy/, { patience: 60_000 });
      await isReal(app);

      await connect(
        app,
        "Alto",
        platform.tenant,
        {
          "Agency reference": alto.settings.agencyRef,
          "Client id": alto.settings.clientId,
          "Client secret": alto.secrets.clientSecret,
        },
        { "Address of the API": alto.settings.baseUrl, "Address for tokens": alto.settings.tokenUrl },
      );
      await app.go("#/");
      await app.find("row", /Alto branch.*Not synced yet/);

      await app.click("link", /Street branch$/);
      await app.click("tab", /^Contacts/);
      await app.find("row", /@/);
      await app.click("tab", /^Changes/);
      await app.click("button", /^Push all/);
      await app.click("button", /^Send /, { within: /^Send / });
      await app.sees("NurtureHub has everything");
      await isReal(app);

      await trial.ear.learn(control);
      const typed = [platform.token, street.secrets.token, alto.secrets.clientSecret];
      for (const secret of typed) assert.ok(trial.ear.secrets.includes(secret), "what was typed is looked for in all that the window hears");
      assert.ok((await control.issued()).length > 0, "Alto has handed out a token");
      await trial.hearOut();
      assert.deepEqual(trial.ear.leaks(), [], "nothing that was typed, and no token, came back");
      await trial.openElsewhere(home);
      end();
    },
  ],
];
