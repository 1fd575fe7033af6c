/** The app as a person uses it: every walk in the real window, over one data folder, in this order. */
import assert from "node:assert/strict";

import { findings, misfits } from "./access.mjs";
import { everyAnswer } from "./answers.mjs";
import { DESKTOP_WALKS, LAST_WALKS } from "./desktop-walks.mjs";
import { EXCHANGE_WALKS } from "./exchange-walks.mjs";
import { furnish, mend, openTab, PROVIDERS } from "./furnish.mjs";
import { sandboxOf } from "./sandbox.mjs";
import { SUPPORT_WALKS } from "./support-walks.mjs";
import { runAll } from "./trial.mjs";
import { SMALLEST, sizeWindow, USUAL } from "./window-size.mjs";

/** A walk that a newcomer does in under two minutes: the driver must not need half of that. */
const NEWCOMER_MS = 60_000;

async function healthy(app, name, patience) {
  await app.find("heading", new RegExp(`${name}.*Healthy`), { patience });
}

/** From the form that the sandbox has filled in to the first sync. */
async function connect(app, provider, { signIn = "Connect" } = {}) {
  await app.go("#/connect");
  await app.click("link", provider);
  await app.find("heading", `Connect ${provider}`);
  if (signIn === "Sign in") {
    await app.click("combobox", "Sign in as");
    await app.click("option", "Browser");
  }
  await app.type(/^Name/, `${provider} branch`);
  await app.click("button", signIn);
  await app.click("button", "Run the first sync");
}

await runAll([
  [
    "first start, connect Reapit in the browser, verify, sync, read the preview, push, see it healthy",
    async (trial) => {
      const begun = performance.now();
      const app = await trial.open();
      await app.find("heading", "Welcome to NurtureHub Connect");
      await app.click("button", "Try it with the built-in sandbox");
      await app.sees("Sandbox data.");
      await connect(app, "Reapit", { signIn: "Sign in" });
      await healthy(app, "Reapit branch");
      await app.click("tab", /^Changes/);
      await app.sees("Full name");
      await app.click("button", /^Push all [\d,]+$/);
      await app.click("button", /^Send [\d,]+$/, { within: /^Send [\d,]+ records? to NurtureHub/ });
      await app.sees("NurtureHub has everything");
      await app.click("tab", "Health");
      await healthy(app, "Reapit branch");
      const took = performance.now() - begun;
      assert.ok(took < NEWCOMER_MS, `the walk took ${took} ms`);
    },
  ],
  [
    "the other four CRMs, each through its own sign-in",
    async ({ app }) => {
      for (const provider of PROVIDERS.slice(1)) {
        await connect(app, provider);
        await app.find("heading", new RegExp(`${provider} branch`));
      }
      await app.find("progressbar", "Progress of the sync");
      for (const provider of PROVIDERS) {
        await app.go("#/");
        await app.click("link", new RegExp(`${provider} branch$`));
        await healthy(app, `${provider} branch`, 120_000);
      }
    },
  ],
  [
    "a change in the CRM shows before and after by field",
    async ({ app, home }) => {
      await sandboxOf(home).mutate("street", { change: "edit", count: 3 });
      await openTab(app, "Street", "Changes");
      await app.click("button", /^Push all/);
      await app.click("button", /^Send /, { within: /^Send / });
      await app.sees("NurtureHub has everything");
      await sandboxOf(home).mutate("street", { change: "edit", count: 3 });
      await app.click("button", "Sync");
      await app.sees(/\d changed/);
      await app.click("tab", /^Changes/);
      await app.click("button", /^Update/);
      await app.sees("Before:");
      await app.sees("After:");
    },
  ],
  [
    "refused records come back with their reason and are sent again",
    async ({ app, home }) => {
      await sandboxOf(home).limitNames(true);
      await openTab(app, "agentOS", "Changes");
      await app.click("button", /^Push all/);
      await app.click("button", /^Send /, { within: /^Send / });
      await app.sees(/records? refused/);
      await app.go("#/connection/agentos-sandbox-agency/changes/blocked");
      await app.sees("A full name has at most 200 characters.");
      await sandboxOf(home).limitNames(false);
      await app.click("button", "Retry refused");
      await app.click("button", /^Send /, { within: /^Send / });
      await app.sees("NurtureHub has everything");
    },
  ],
  [
    "a sync shows how far it has come and can be cancelled",
    async ({ app, home }) => {
      await sandboxOf(home).latency(700);
      await openTab(app, "Street", "Health");
      await app.click("button", "More actions");
      await app.click("menuitem", "Sync everything anew");
      await app.find("progressbar", "Progress of the sync");
      await app.sees(/Page \d/);
      await app.click("button", "Cancel");
      await app.sees("Cancelled");
      await sandboxOf(home).latency(0);
      await app.click("button", "Sync");
      await app.sees("Street branch: synced", 60_000);
      await healthy(app, "Street branch");
    },
  ],
  [
    "find the failing connection, learn why, mend it, see it recover",
    async ({ app, home }) => {
      const begun = performance.now();
      const sandbox = sandboxOf(home);
      await sandbox.access("street", { action: "revoke" });
      await app.go("#/");
      await app.click("button", "Sync Street branch");
      await app.find("heading", /^Needs attention/);
      await app.click("button", "Sign in again: Street branch");
      await app.find("dialog", "Sign in to Street again");
      await sandbox.access("street", { action: "reinstate" });
      await app.click("button", "Replace and check");
      await healthy(app, "Street branch");
      const took = performance.now() - begun;
      assert.ok(took < NEWCOMER_MS, `the walk took ${took} ms`);
    },
  ],
  [
    "a token that was revoked: signed out, refused once, signed in again in the browser",
    async (trial) => {
      const { app, home } = trial;
      const sandbox = sandboxOf(home);
      await sandbox.access("reapit", { action: "revoke" });
      await openTab(app, "Reapit", "Health");
      await app.click("button", "Sync");
      await app.find("heading", /Reapit branch.*Sign in again/);
      await sandbox.access("reapit", { action: "reinstate" });
      trial.decide("deny");
      await app.go("#/connection/reapit-sandbox-agency/settings/credentials");
      await app.click("button", "Sign in in the browser");
      await app.sees("The CRM refused the sign-in");
      trial.decide("approve");
      await app.click("button", "Sign in in the browser");
      await healthy(app, "Reapit branch");
    },
  ],
  [
    "a CRM that does not work says so, with remedy and owner, and heals by itself",
    async ({ app, home }) => {
      const sandbox = sandboxOf(home);
      await sandbox.fault("loop:html");
      await openTab(app, "Loop", "Health");
      await app.click("button", "Sync");
      await app.find("heading", /Loop branch.*(Degraded|Failing)/, { patience: 60_000 });
      await app.find("button", "Export bundle");
      await sandbox.heal();
      await app.click("button", "Sync");
      await healthy(app, "Loop branch", 120_000);
    },
  ],
  ...SUPPORT_WALKS,
  [
    "a restart keeps connections, contacts and sign-ins",
    async (trial) => {
      await trial.close();
      const app = await trial.open();
      for (const provider of PROVIDERS) await app.find("link", new RegExp(`${provider} branch$`));
      await openTab(app, "Reapit", "Health");
      await app.click("button", "Sync");
      await app.sees("Reapit branch: synced");
      await healthy(app, "Reapit branch");
      await app.click("tab", /^Contacts/);
      await app.find("row", /@/);
    },
  ],
  ...EXCHANGE_WALKS,
  ...DESKTOP_WALKS,
  [
    "no secret reaches the window",
    async ({ app, home }) => {
      const secrets = await sandboxOf(home).secrets();
      assert.ok(secrets.length > 5, "the sandbox has secrets of every CRM and of the platform");
      const heard = await everyAnswer(app);
      assert.ok(heard.length > 10_000 && heard.includes("reapit-sandbox-agency"), "the window was told something");
      for (const secret of secrets) assert.ok(!heard.includes(secret), `a secret of ${secret.length} letters reached the window`);
    },
  ],
  [
    "axe finds nothing on any screen in either theme, and all fits into the smallest window, at twice the size of text, too",
    async ({ app, home }) => {
      await furnish(app, home);
      assert.deepEqual(await findings(app), []);
      await sizeWindow(app, SMALLEST);
      assert.deepEqual([...(await misfits(app, 100)), ...(await misfits(app, 200))], []);
      await sizeWindow(app, USUAL);
      assert.equal(await app.run("return window.cspViolations ?? 0"), 0, "nothing was tried that the policy forbids");
      await mend(home);
    },
  ],
  ...LAST_WALKS,
]);
