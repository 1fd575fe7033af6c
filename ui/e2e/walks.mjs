/** The app as a person uses it: every walk in the real window, over one data folder, in this order. */
import assert from "node:assert/strict";

import { findings, misfits } from "./access.mjs";
import { DESKTOP_WALKS, LAST_WALKS } from "./desktop-walks.mjs";
import { until } from "./driver.mjs";
import { EXCHANGE_WALKS } from "./exchange-walks.mjs";
import { furnish, healthy, mend, openTab, PROVIDERS } from "./furnish.mjs";
import { tryTheForbidden } from "./policy.mjs";
import { REAL_WALKS } from "./real-walks.mjs";
import { sandboxOf } from "./sandbox.mjs";
import { EMPTY_SANDBOX, FIRST_START, SCREENS } from "./screen-list.mjs";
import { SECRET_WALKS } from "./secret-walks.mjs";
import { SIGN_IN_WALKS } from "./sign-in-walks.mjs";
import { SUPPORT_WALKS } from "./support-walks.mjs";
import { runAll } from "./trial.mjs";
import { TRAY_WALKS } from "./tray-walks.mjs";
import { TROUBLE_WALKS } from "./trouble-walks.mjs";
import { SMALLEST, sizeWindow, USUAL } from "./window-size.mjs";

/** A walk that a newcomer does in under two minutes: the driver must not need half of that. */
const NEWCOMER_MS = 60_000;

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

/** The number in the name of an element. */
async function numberOn(app, role, name) {
  const text = await app.run("return name(arguments[0])", await app.find(role, name));
  return Number(/[\d,]+/.exec(text)[0].replaceAll(",", ""));
}

/** How many steps of a check have passed in the panel of this title, are to come, and were left out. */
function ticks(app, title) {
  return app.run(
    `const panel = document.querySelector("section[aria-label='" + arguments[0] + "']");
     const of = (label) => panel?.querySelectorAll("[role=img][aria-label='" + label + "']").length ?? 0;
     return { passed: of("Passed"), notYet: of("Not yet"), notTaken: of("Not taken") };`,
    title,
  );
}

/** Screens that everybody can use, whatever they look like. */
async function lookedAt(app, screens) {
  assert.deepEqual(await findings(app, screens), []);
  await sizeWindow(app, SMALLEST);
  assert.deepEqual([...(await misfits(app, screens, 100)), ...(await misfits(app, screens, 200))], []);
  await sizeWindow(app, USUAL);
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
  ["what the policy of the page forbids is blocked and counted", ({ app }) => tryTheForbidden(app)],
  ...SIGN_IN_WALKS,
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
      const waiting = await numberOn(app, "button", /^Push all/);
      assert.ok(waiting > 1, "there is something to leave out");
      await app.click("checkbox", /^Select /);
      await app.click("button", "Push 1 selected");
      await app.click("button", "Send 1", { within: "Send 1 record to NurtureHub?" });
      await app.find("button", `Push all ${waiting - 1}`);
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
    "a check ticks its steps off one by one, and shows those that are still to come",
    async ({ app, home }) => {
      const sandbox = sandboxOf(home);
      await openTab(app, "Street", "Health");
      await sandbox.latency(2000);
      await app.click("button", "Verify");
      const { passed } = await until("some steps have passed and some have not", async () => {
        const seen = await ticks(app, "Checking");
        return seen.passed > 0 && seen.notYet > 0 && seen;
      });
      await until("one more has passed", async () => (await ticks(app, "Checking")).passed > passed);
      await sandbox.latency(0);
      await app.find("heading", "Every check passed");
      // A CRM on this computer itself is asked for no certificate.
      assert.deepEqual(await ticks(app, "Every check passed"), { passed: 7, notYet: 0, notTaken: 1 });
      await app.click("button", "Close the check");
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
  ...TROUBLE_WALKS,
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
  ...REAL_WALKS,
  ...EXCHANGE_WALKS,
  ...DESKTOP_WALKS,
  ...TRAY_WALKS,
  [
    "axe finds nothing on what somebody new sees in either theme, and all fits into the smallest window, at twice the size of text, too",
    async (trial) => {
      const { home } = trial;
      const app = await trial.openElsewhere();
      await lookedAt(app, [FIRST_START]);
      await app.go(FIRST_START.hash);
      await app.click("button", "Try it with the built-in sandbox");
      await lookedAt(app, [EMPTY_SANDBOX]);
      await trial.openElsewhere(home);
    },
  ],
  [
    "axe finds nothing on any screen in either theme, and all fits into the smallest window, at twice the size of text, too",
    async ({ app, home }) => {
      await furnish(app, home);
      await lookedAt(app, SCREENS);
      await mend(home);
    },
  ],
  ...LAST_WALKS,
  ...SECRET_WALKS,
], { listening: true });
