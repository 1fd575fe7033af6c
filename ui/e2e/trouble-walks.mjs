/** Connections that fail: found, understood, and mended as a person mends them. */
import assert from "node:assert/strict";

import { ask } from "./answers.mjs";
import { until } from "./driver.mjs";
import { healthy, idOf, openTab, sync } from "./furnish.mjs";
import { sandboxOf } from "./sandbox.mjs";
import { decide } from "./trial.mjs";

/** A walk that a newcomer does in under two minutes: the driver must not need half of that. */
const NEWCOMER_MS = 60_000;

/** What an element of this role is part of says, in one line. */
async function entryAround(app, role, name) {
  const element = await app.find(role, name);
  return app.run("return tidy(arguments[0].closest('li').innerText)", element);
}

/** What the connection's screen lists as wrong, line by line; nothing where all is well. */
function whatIsWrong(app) {
  return app.run(
    `const list = document.querySelector("[aria-label='What is wrong']");
     return list && [...list.children].map((each) => tidy(each.innerText));`,
  );
}

export const TROUBLE_WALKS = [
  [
    "find the failing connection, learn why, mend it, see it recover",
    async ({ app, home }) => {
      const begun = performance.now();
      const sandbox = sandboxOf(home);
      const { token: old } = await sandbox.secretsOf("street");
      await sandbox.replaceStreetToken("street-made-anew-by-the-administrator");
      await app.go("#/");
      await app.click("button", "Sync Street branch");
      await app.find("heading", /^Needs attention/);
      const entry = await entryAround(app, "button", "Sign in again: Street branch");
      assert.match(entry, /Street did not accept the token/, "why");
      assert.match(entry, /for less than a minute/, "since when");
      assert.match(entry, /Your agency can mend this\./, "who must act");
      await app.click("button", "Sign in again: Street branch");
      await app.find("dialog", "Sign in to Street again");
      await app.type(/^Token/, "street-made-anew-by-the-administrator");
      await app.click("button", "Replace and check");
      await healthy(app, "Street branch");
      const took = performance.now() - begun;
      assert.ok(took < NEWCOMER_MS, `the walk took ${took} ms`);
      // The sandbox begins with the old one each time that the app is opened. What the app does with the new one just
      // now may fail of that, and may stand in the way.
      await sandbox.replaceStreetToken(old);
      await until("the old token serves again", async () => {
        await ask(app, "reauthorize", { connection: idOf("Street"), settings: {}, secrets: { token: old } });
        await sync(app, "Street");
        const rows = JSON.parse(await ask(app, "overview", {}));
        return rows.some(({ connection, health }) => connection.id === idOf("Street") && health.state === "healthy");
      }, 60_000);
    },
  ],
  [
    "a token that was revoked: signed out, refused once, signed in again in the browser",
    async ({ app, home }) => {
      const sandbox = sandboxOf(home);
      await sandbox.access("reapit", { action: "revoke" });
      await openTab(app, "Reapit", "Health");
      await app.click("button", "Sync");
      await app.find("heading", /Reapit branch.*Sign in again/);
      await sandbox.access("reapit", { action: "reinstate" });
      decide("deny");
      await app.go("#/connection/reapit-sandbox-agency/settings/credentials");
      await app.click("button", "Sign in in the browser");
      await app.sees("The CRM refused the sign-in");
      decide("approve");
      await app.click("button", "Sign in in the browser");
      await healthy(app, "Reapit branch");
    },
  ],
  [
    "a CRM that cannot be read: what is wrong, what to do and who must stand there, and a sync after it works again clears it",
    async ({ app, home }) => {
      const sandbox = sandboxOf(home);
      await sandbox.fault("loop:html");
      await openTab(app, "Loop", "Health");
      await app.click("button", "Sync");
      await app.find("heading", /Loop branch.*(Degraded|Failing)/, { patience: 60_000 });
      const [entry] = await until("what is wrong is listed", () => whatIsWrong(app));
      assert.match(entry, /^A proxy or sign-in page stands in the way/, "what is wrong");
      assert.match(entry, /What to do: \w/, "what to do");
      assert.match(entry, /Your agency can mend this\./, "who must act");
      await sandbox.heal();
      await app.click("button", "Sync");
      await healthy(app, "Loop branch", 120_000);
      assert.equal(await whatIsWrong(app), null, "nothing is wrong any more");
    },
  ],
];
