/** A sign-in in the browser that does not go well: nobody answers, somebody refuses, or it is the wrong agency. */
import assert from "node:assert/strict";

import { until } from "./driver.mjs";
import { sandboxOf } from "./sandbox.mjs";
import { decide } from "./trial.mjs";

const CONTROL = "\uE009";

/** What is typed, by the label of its box. */
const TYPED = [
  [/^Name/, "A branch of its own"],
  ["Agency on NurtureHub", "an-agency-of-its-own"],
];

async function fillIn(app) {
  await app.go("#/connect");
  await app.click("link", "Reapit");
  await app.find("heading", "Connect Reapit");
  await app.click("combobox", "Sign in as");
  await app.click("option", "Browser");
  for (const [label, text] of TYPED) await app.type(label, text);
}

/** Everything that was typed and chosen is still there. */
async function keeps(app) {
  for (const [label, text] of TYPED) assert.equal(await app.valueOf(label), text);
  await app.find("button", "Sign in");
  const chosen = await app.find("combobox", "Sign in as");
  assert.match(await app.run("return arguments[0].textContent", chosen), /Browser/);
}

export const SIGN_IN_WALKS = [
  [
    "a browser that nobody answers in: its link is copied, it is opened again, and given up; what was typed is kept",
    async (trial) => {
      const { app } = trial;
      const before = trial.visits().length;
      decide("ignore");
      await fillIn(app);
      await app.click("button", "Sign in");
      await app.find("heading", "Finish the sign-in in your browser");
      await until("the browser is opened", () => trial.visits().length === before + 1);
      await app.click("button", "Copy link");
      await app.sees("Copied");
      await app.click("button", "I signed in on another computer");
      await app.click("textbox", "Address that the browser ended on");
      await app.press(CONTROL, "v");
      const link = trial.visits()[before];
      await until("the link is pasted", async () => (await app.valueOf("Address that the browser ended on")) === link);
      await app.click("button", "Use it");
      await app.sees("This is not the address that the CRM sends people back to.");
      await app.click("button", "Open again");
      await until("the browser is opened again", () => trial.visits().length === before + 2);
      assert.equal(trial.visits()[before + 1], link, "it is the same sign-in");
      await app.click("button", "Reapit’s documentation");
      await until("the browser is sent to Reapit's own pages", () => /^https:\/\/[^/]*reapit/.test(trial.visits().at(-1)));
      await app.click("button", "Cancel");
      await app.sees("Sign-in was cancelled");
      await app.sees("What you typed is still here.");
      await keeps(app);
      decide("approve");
    },
  ],
  [
    "a sign-in that is refused in the browser says so, and what was typed is kept",
    async ({ app }) => {
      decide("deny");
      await fillIn(app);
      await app.click("button", "Sign in");
      await app.sees("The CRM refused the sign-in");
      await app.sees("What to do:");
      await keeps(app);
      decide("approve");
    },
  ],
  [
    "a sign-in with another agency's account is not taken, and what was typed is kept",
    async ({ app, home }) => {
      const sandbox = sandboxOf(home);
      await sandbox.signInAs("SBOX");
      await fillIn(app);
      await app.click("button", "Sign in");
      await app.sees("Signed in to a different agency");
      await app.sees("The sign-in was with the account of SBOX; this connection is for RES. Nothing was changed.");
      await app.sees("What to do:");
      await keeps(app);
      await sandbox.signInAs("RES");
      await app.go("#/");
      assert.ok(!(await app.has("link", /A branch of its own$/)), "nothing of it was kept as a connection");
    },
  ],
  [
    "a sign-in that nobody finishes is given up in time and says so, what was typed is kept, and a second try succeeds",
    async (trial) => {
      const { home } = trial;
      process.env.NURTUREHUB_SIGN_IN_PATIENCE = "5";
      const app = await trial.openElsewhere();
      await app.click("button", "Try it with the built-in sandbox");
      await app.sees("Sandbox data.");
      decide("ignore");
      await fillIn(app);
      await app.click("button", "Sign in");
      await app.find("heading", "Finish the sign-in in your browser");
      await app.sees(/\d s left/);
      await app.find("alert", /^Sign-in took too long/);
      await app.sees("What to do:");
      await keeps(app);
      decide("approve");
      await app.click("button", "Sign in");
      await app.sees("A branch of its own is connected");
      delete process.env.NURTUREHUB_SIGN_IN_PATIENCE;
      await trial.openElsewhere(home);
    },
  ],
];
