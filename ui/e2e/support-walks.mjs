/** What support works with: the audit log, and a failure that is handed from one computer to another. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { nameFile } from "./file-dialog.mjs";
import { sandboxOf } from "./sandbox.mjs";

/** What opens a webhook for alerts to whoever knows it. */
const HOOK = "T04711-a-secret-of-the-channel";

export const SUPPORT_WALKS = [
  [
    "a webhook for alerts is set, shown by its host alone, replaced and taken away",
    async ({ app, ear }) => {
      ear.keep(HOOK);
      await app.go("#/settings");
      await app.type(/^Webhook for alerts/, `https://hooks.example/services/${HOOK}`);
      await app.click("button", "Save: Webhook for alerts");
      await app.sees("hooks.example is told now");
      assert.equal(await app.valueOf(/^Webhook for alerts/), "", "what is secret does not stay in the form");
      await app.type(/^Webhook for alerts/, `https://others.example/${HOOK}`);
      await app.click("button", "Replace: Webhook for alerts");
      await app.sees("others.example is told now");
      await app.click("button", "Remove: Webhook for alerts");
      await app.seesNoMore("is told now");
    },
  ],
  [
    "what people did is told, and saved as a file",
    async ({ app, home }) => {
      const file = join(home, "audit.csv");
      await app.go("#/settings");
      await app.find("heading", "Audit log");
      await app.find("row", /Started a sync/);
      await app.click("button", "Export as CSV");
      await nameFile("Save the audit log", file);
      await app.sees("Audit log saved");
      const [head, ...entries] = readFileSync(file, "utf8").trim().split("\r\n");
      assert.equal(head, "at,actor,action,connection,detail");
      assert.ok(entries.length > 5, "an entry on each line");
      await app.find("row", /Saved the audit log/);
    },
  ],
  [
    "a failing connection is exported, and read and replayed on another computer",
    async (trial) => {
      const { app, home } = trial;
      const file = join(home, "handed-over.zip");
      const sandbox = sandboxOf(home);
      await sandbox.fault("agentos.list:malformed");
      await app.go("#/connection/agentos-sandbox-agency/health");
      await app.find("heading", /agentOS branch/);
      await app.click("button", "Sync");
      await app.find("heading", "What was found after the failed sync", { patience: 60_000 });
      await app.sees(/the steps were taken/);
      await app.click("button", "Export bundle");
      const dialog = /^Export a bundle of agentOS branch/;
      await app.find("dialog", dialog);
      await app.sees("Support can replay what was recorded");
      await app.find("row", /health\.json/, { within: dialog });
      await app.click("button", "Save bundle", { within: dialog });
      await nameFile("Save the diagnostic bundle", file);
      await app.sees("Bundle saved");
      assert.ok(statSync(file).size > 1000, "the bundle is a file");
      await sandbox.heal();

      const there = await trial.openElsewhere();
      await there.find("heading", "Welcome to NurtureHub Connect");
      await there.go("#/support");
      await there.click("button", "Open a bundle");
      await nameFile("Open a diagnostic bundle", file);
      await there.find("heading", "The run in question");
      await there.find("heading", "State when it was exported");
      await there.click("button", /^Replay [\d,]+ exchanges?$/);
      await there.sees("The same failure, seen here");
      await there.sees(/Recorded: protocol at listing\. Replayed with this version: protocol at listing\./);

      const back = await trial.openElsewhere(home);
      await back.go("#/connection/agentos-sandbox-agency/health");
      await back.click("button", "Sync");
      await back.find("heading", /agentOS branch.*Healthy/);
    },
  ],
];
