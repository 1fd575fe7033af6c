/**
 * The app as its package installs it, on a bare system; `cargo xtask test package` says how. `bare`: with
 * what the package depends on, and nothing else. `whole`: with what it recommends, too. `unpacked`: the
 * same system with the files of the .rpm.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { tryTheForbidden, violations } from "./policy.mjs";
import { appProcess, runAll } from "./trial.mjs";

const WALKS = {
  bare: [
    [
      "with no keychain the window opens and says what is missing",
      async (trial) => {
        const app = await trial.open();
        await app.sees("Start the system’s keychain service");
      },
    ],
    [
      "the library of tray icons is there, which the app would do without",
      async () => {
        const loaded = readFileSync(`/proc/${appProcess()}/maps`, "utf8");
        assert.match(loaded, /libayatana-appindicator3\.so/);
      },
    ],
  ],
  whole: [
    [
      "the installed app connects a CRM, syncs it and shows its contacts",
      async (trial) => {
        const app = await trial.open("--sandbox");
        await app.sees("Sandbox data.");
        await tryTheForbidden(app);
        await app.go("#/connect");
        await app.click("link", "Street");
        await app.type(/^Name/, "Street branch");
        await app.click("button", "Connect");
        await app.click("button", "Run the first sync");
        await app.find("heading", /Street branch.*Healthy/, { patience: 120_000 });
        await app.click("tab", /^Contacts/);
        await app.find("row", /@/);
        assert.equal(await violations(app), 0, "nothing was tried that the policy forbids");
      },
    ],
    [
      "after a restart its keychain and its database open again",
      async (trial) => {
        await trial.close();
        const app = await trial.open("--sandbox");
        await app.find("link", /Street branch$/);
        await app.click("button", "Sync Street branch");
        await app.sees("Street branch: synced");
      },
    ],
  ],
  unpacked: [
    [
      "what the .rpm brings opens the sandbox",
      async (trial) => {
        const app = await trial.open("--sandbox");
        await app.sees("Sandbox data.");
        await app.find("heading", "The sandbox is open");
      },
    ],
  ],
};

const walks = WALKS[process.argv[2]];
assert.ok(walks, "says which walks");
await runAll(walks);
