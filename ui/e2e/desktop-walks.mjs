/** What only an app on a desktop has: keys, a window that is remembered, one instance, data kept apart. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { ask } from "./answers.mjs";
import { until } from "./driver.mjs";
import { nameFile } from "./file-dialog.mjs";
import { FORMER, openTab } from "./furnish.mjs";
import { endsWithUs, sandboxOf } from "./sandbox.mjs";
import { appProcess } from "./trial.mjs";
import { hideWindow, moveWindow, placeOfWindow, sizeOf, sizeWindow, USUAL, windows } from "./window-size.mjs";

const CONTROL = "\uE009";
const ENTER = "\uE007";

/** What the session's bus carries to its notification service, whether or not one runs. */
function hearNotices() {
  const monitor = spawn("dbus-monitor", ["--session", "type='method_call',interface='org.freedesktop.Notifications',member='Notify'"]);
  endsWithUs(monitor);
  let heard = "";
  monitor.stdout.setEncoding("utf8").on("data", (text) => {
    heard += text;
  });
  return { heard: () => heard, end: () => monitor.kill() };
}

export const DESKTOP_WALKS = [
  [
    "by keyboard alone: from anywhere to a part of a connection",
    async ({ app }) => {
      await app.go("#/settings");
      await app.find("heading", "Settings");
      await app.press(CONTROL, "k");
      await app.find("dialog", "Find or do");
      for (const letter of "street branch: set") await app.press(letter);
      await app.press(ENTER);
      await app.find("heading", "Sign-in and settings");
      await app.find("heading", /Street branch/);
    },
  ],
  [
    "a connection is scheduled, paused and resumed",
    async ({ app }) => {
      await openTab(app, "Reapit", "Settings");
      await app.click("combobox", "Sync by itself");
      await app.click("option", "Every hour");
      await app.sees(/The next sync starts/);
      await app.click("combobox", "Sync by itself");
      await app.click("option", "Only when I start it");
      await app.sees("Nothing runs until somebody starts it.");
      await app.click("button", "More actions");
      await app.click("menuitem", "Pause");
      await app.find("heading", /Reapit branch.*Paused/);
      await app.click("button", "More actions");
      await app.click("menuitem", "Resume");
      // As it was before: what the CRM refused in an earlier walk is still said.
      await app.find("heading", /Reapit branch.*Degraded/);
    },
  ],
  [
    "a connection gets another name",
    async ({ app }) => {
      await openTab(app, "Loop", "Settings");
      await app.type("What you and your colleagues call it", "Loop by the harbour");
      await app.click("button", "Save");
      await app.find("heading", /^.*Loop by the harbour/);
      await app.find("link", /Loop by the harbour$/);
      await app.type("What you and your colleagues call it", "Loop branch");
      await app.click("button", "Save");
      await app.find("heading", /^.*Loop branch/);
    },
  ],
  [
    "a file for a setting is chosen in the system's own dialog",
    async ({ app, home }) => {
      const file = join(home, "preferences.json");
      await app.go("#/connect/loop");
      await app.find("heading", "Connect Loop");
      await app.click("button", "Choose…");
      await nameFile("Profile", file);
      await until("the file stands in the form", async () => (await app.valueOf(/^Profile/)) === file);
    },
  ],
  [
    "theme, size of text and the window's own size and place outlast a restart",
    async (trial) => {
      const { app } = trial;
      const narrow = { width: 1100, height: 740 };
      await app.go("#/settings");
      await app.click("button", "Dark");
      await app.click("button", "125%");
      await until("it is dark", () => app.run("return document.documentElement.dataset.theme === 'dark'"));
      await sizeWindow(app, narrow);
      const place = { x: 160, y: 90 };
      await moveWindow(place);
      await trial.quit();
      const again = await trial.open();
      assert.equal(await again.run("return document.documentElement.dataset.theme"), "dark");
      assert.equal(await again.run("return document.documentElement.style.fontSize"), "125%");
      assert.deepEqual(await sizeOf(again), [narrow.width, narrow.height]);
      assert.deepEqual(await placeOfWindow(), place);
      await moveWindow({ x: 0, y: 0 });
      await sizeWindow(again, USUAL);
      await again.go("#/settings");
      await again.find("textbox", "Address");
      await again.click("button", "Light");
      await again.click("button", "100%");
      await until("it is light", () => again.run("return document.documentElement.dataset.theme === 'light'"));
      // Whatever is pressed next would else be somewhere else by then.
      await until("text has its usual size", () => again.run("return document.documentElement.style.fontSize !== '125%'"));
    },
  ],
  [
    "the system's notifications tell that a connection fails, and that it works again",
    async ({ app, home }) => {
      const sandbox = sandboxOf(home);
      const notices = hearNotices();
      await openTab(app, "Alto", "Health");
      await sandbox.access("alto", { action: "revoke" });
      await app.click("button", "Sync");
      await until("a notice of the failure", () => /"Alto branch: (?!working again)/.test(notices.heard()));
      await sandbox.access("alto", { action: "reinstate" });
      await app.click("button", "Verify");
      await app.click("button", "Sync");
      await app.find("heading", /Alto branch.*Healthy/);
      await until("a notice of the recovery", () => notices.heard().includes('"Alto branch: working again"'));
      notices.end();
    },
  ],
  [
    "a second start ends at once, and the first goes on and shows its window again",
    async ({ app }) => {
      const first = appProcess();
      const [window] = await windows();
      await hideWindow();
      assert.deepEqual(await windows(), [], "nobody can see it");
      const second = spawn(process.env.NURTUREHUB_APP, [], { stdio: "ignore" });
      const [code] = await once(second, "exit");
      assert.equal(code, 0);
      assert.equal(appProcess(), first);
      await until("the window can be seen", async () => (await windows()).includes(window));
      await app.go("#/");
      await app.find("link", /Reapit branch$/);
    },
  ],
  [
    "the sandbox is left and opened again, and neither shows the other's data",
    async (trial) => {
      const { app } = trial;
      // The sandbox ends as it is left, and what it has handed out is forgotten.
      await trial.hearOut();
      await app.go("#/settings");
      await app.click("button", "Leave the sandbox");
      await app.find("heading", "No connections yet");
      assert.ok(!(await app.run("return sees({ text: 'Sandbox data.' })")), "real data bear no mark");
      assert.ok(!(await app.has("link", /Reapit branch$/)), "nothing of the sandbox is there");
      await app.click("button", "Try it with the built-in sandbox");
      await app.sees("Sandbox data.");
      await app.find("link", /Reapit branch$/);
    },
  ],
];

export const LAST_WALKS = [
  [
    "a connection is ended, its contacts stay, and it goes on once it is connected again",
    async ({ app }) => {
      await openTab(app, "Street", "Settings");
      await app.click("button", "Disconnect…");
      await app.click("button", "Disconnect", { within: "Disconnect Street branch?" });
      await app.find("heading", "Overview");
      await until("it has gone", async () => !(await app.has("link", /Street branch$/)));
      await app.click("link", "Data kept of Street branch, disconnected");
      await app.find("heading", /Street branch.*Disconnected/);
      await app.find("row", /@/);
      await app.click("link", "Connect again");
      await app.type(/^Name/, "Street branch");
      await app.click("button", "Connect");
      await app.find("button", "Run the first sync");
      await openTab(app, "Street", "Contacts");
      await app.find("row", /@/);
    },
  ],
  [
    "what is kept of a connection that was ended earlier is seen and deleted, once its name has been typed",
    async ({ app }) => {
      await app.go("#/");
      await app.click("link", "Data kept of Former branch, disconnected");
      await app.find("row", /@/);
      await app.click("button", "Delete stored data…");
      await app.type(/^Type/, "Former branch");
      await app.click("button", "Delete for good");
      await app.find("heading", "Overview");
      await until("nothing of it is kept", async () => !(await app.has("link", "Data kept of Former branch, disconnected")));
      const answer = JSON.parse(await ask(app, "connection", { connection: FORMER }));
      assert.equal(answer.kind, "configuration", "there is no such connection any more");
    },
  ],
  [
    "a connection is ended and its contacts are deleted, once its name has been typed",
    async ({ app }) => {
      await openTab(app, "Loop", "Settings");
      await app.click("button", "Delete…");
      await app.type(/^Type/, "Loop branch");
      await app.click("button", "Delete for good");
      await app.find("heading", "Overview");
      await until("it has gone", async () => !(await app.has("link", /Loop branch$/)));
    },
  ],
];
