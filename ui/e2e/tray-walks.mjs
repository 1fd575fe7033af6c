/** The icon in the tray: there, true, and of use. */
import assert from "node:assert/strict";

import { ask } from "./answers.mjs";
import { until } from "./driver.mjs";
import { idOf, openTab, PROVIDERS } from "./furnish.mjs";
import { sandboxOf } from "./sandbox.mjs";
import { showsPicture, startTray } from "./tray.mjs";
import { hideWindow, windows } from "./window-size.mjs";

/** The words that stand first in the menu, and the picture that goes with them. */
const WORDS = {
  well: "All is well",
  doubtful: "Something should be looked at",
  failing: "A connection needs attention",
};
const FAILING = ["needsReauth", "actionNeeded", "failing"];
const DOUBTFUL = ["degraded", "stale", "expiring"];

/** What the icon ought to say of the connections as they are. */
async function worst(app) {
  const states = JSON.parse(await ask(app, "overview", {})).map(({ health }) => health.state);
  if (states.some((state) => FAILING.includes(state))) return "failing";
  return states.some((state) => DOUBTFUL.includes(state)) ? "doubtful" : "well";
}

/** Waits until the icon says this, in its picture and in words. */
async function says(app, tray, state) {
  await until(`the tray says ${state}`, async () => (await tray.entries())[0]?.label === WORDS[state]);
  const { picture } = await tray.icon();
  assert.equal(await showsPicture(app, picture, state), true, `the picture of ${state} is ${picture}`);
}

/** How the syncs of each connection went, the newest first. */
async function syncs(app) {
  const of = async (provider) => {
    const { runs } = JSON.parse(await ask(app, "runs", { connection: idOf(provider), limit: 100, offset: 0 }));
    return runs.filter(({ kind }) => kind === "sync").map(({ status }) => status);
  };
  return Promise.all(PROVIDERS.map(of));
}

export const TRAY_WALKS = [
  [
    "the icon in the tray says the worst state, and its menu shows the window, syncs all and ends the app",
    async (trial) => {
      const { app, home } = trial;
      const sandbox = sandboxOf(home);
      // The app was there before the tray, as when a panel is started anew.
      const tray = startTray();
      const { title, status } = await tray.icon();
      assert.deepEqual({ title, status }, { title: "NurtureHub Connect", status: "Active" });
      const before = await worst(app);
      assert.notEqual(before, "failing", "there is something to get worse");
      await says(app, tray, before);
      const [line, ...others] = await tray.entries();
      assert.equal(line.enabled, false, "the state is said, and is no button");
      const choices = others.filter(({ label }) => label !== null);
      assert.deepEqual(choices.map(({ label }) => label), ["Open NurtureHub Connect", "Sync all now", "Quit"]);
      assert.ok(choices.every(({ enabled }) => enabled), "each can be chosen");

      await sandbox.access("alto", { action: "revoke" });
      await openTab(app, "Alto", "Health");
      await app.click("button", "Sync");
      await app.find("heading", /Alto branch.*Sign in again/);
      await says(app, tray, "failing");
      await sandbox.access("alto", { action: "reinstate" });
      await app.click("button", "Verify");
      await app.find("heading", /Alto branch.*Healthy/);
      await says(app, tray, before);

      const [window] = await windows();
      await hideWindow();
      assert.deepEqual(await windows(), [], "nobody can see it");
      await tray.choose("Open NurtureHub Connect");
      await until("the window can be seen", async () => (await windows()).includes(window));

      const earlier = await syncs(app);
      await tray.choose("Sync all now");
      await until("each is synced once more", async () => (await syncs(app)).every((now, index) => now.length === earlier[index].length + 1));

      // Some of them go on: a clean end waits for them to stop, and they know that they were stopped.
      await trial.quit(() => tray.choose("Quit"));
      assert.deepEqual(await tray.icons(), [], "the icon goes with the app");
      const again = await trial.open();
      await again.find("link", /Reapit branch$/);
      await says(again, tray, before);
      for (const [last] of await syncs(again)) assert.match(last, /^(succeeded|partial|cancelled)$/);
      tray.end();
    },
  ],
];
