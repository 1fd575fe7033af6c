/** All that the window was told over the whole run, held against every secret. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { ask, everyAnswer } from "./answers.mjs";
import { idOf } from "./furnish.mjs";
import { sandboxOf } from "./sandbox.mjs";

const shell = (path) => readFileSync(new URL(`../../src-tauri/src/${path}`, import.meta.url), "utf8");
const allIn = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);

/** The names of all commands and events that the shell has, from where it takes them itself. */
const COMMANDS = allIn(shell("commands/names.in"), /"(\w+)"/g);
const EVENTS = allIn(shell("events.rs"), /event_name = "([\w-]+)"/g);

export const SECRET_WALKS = [
  [
    "no secret reached the window: not by any answer of any command, nor by any event",
    async (trial) => {
      const { app, ear } = trial;
      await everyAnswer(app);
      await trial.hearOut();
      const from = new Set(ear.heard.map(({ from }) => from));
      assert.ok(COMMANDS.length > 30 && EVENTS.length > 2, "the shell's own lists were read");
      const unheard = [...COMMANDS, ...EVENTS].filter((name) => !from.has(name));
      assert.deepEqual(unheard, [], "every command has answered and every event was heard: a new one needs a walk");
      const all = ear.heard.reduce((sum, { text }) => sum + text.length, 0);
      assert.ok(all > 100_000 && ear.heard.some(({ text }) => text.includes(idOf("Reapit"))), "the window was told something");
      assert.ok(ear.secrets.length > 15, `secrets of every CRM, of the platform, and tokens: ${ear.secrets.length}`);
      assert.deepEqual(ear.leaks(), [], "commands and events that told a secret");
    },
  ],
  [
    "a secret that the window is told is found: that of a connection which bears one as its name",
    async (trial) => {
      const { app, ear } = trial;
      await ear.learn(sandboxOf(trial.home));
      const [secret] = ear.secrets;
      await ask(app, "rename_connection", { connection: idOf("Reapit"), name: secret });
      await ask(app, "overview", {});
      await trial.hearOut();
      for (const command of ["rename_connection", "overview"]) assert.ok(ear.leaks().includes(command), `${command} told it`);
    },
  ],
  [
    "nothing was tried that the policy of the page forbids",
    ({ ear }) => {
      assert.ok(ear.violations.length > 3, "it was counted each time that the app was open");
      assert.deepEqual([...new Set(ear.violations)], [0]);
    },
  ],
];
