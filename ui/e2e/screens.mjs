/** Pictures of every screen of the real app, in both themes, after the walk that fills it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { SCREENS } from "./screen-list.mjs";
import { runAll } from "./trial.mjs";

const OUT = process.env.NURTUREHUB_SCREENSHOTS;

async function keep(app, name) {
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, `${name}.png`), await app.picture());
}

await runAll([
  [
    "the first start",
    async (trial) => {
      const app = await trial.open();
      await app.find("heading", "Welcome to NurtureHub Connect");
      for (const theme of ["light", "dark"]) {
        await app.run("document.documentElement.dataset.theme = arguments[0]", theme);
        await keep(app, `first-start-${theme}`);
      }
      await app.click("button", "Try it with the built-in sandbox");
      await app.sees("Sandbox data.");
    },
  ],
  [
    "every screen",
    async ({ app }) => {
      for (const provider of ["Reapit", "agentOS", "Alto", "Street", "Loop"]) {
        await app.go("#/connect");
        await app.click("link", provider);
        await app.type(/^Name/, `${provider} branch`);
        await app.click("button", "Connect");
        await app.click("button", "Run the first sync");
      }
      await app.go("#/connection/loop-sandbox-agency");
      await app.find("heading", /Loop branch.*Healthy/, { patience: 120_000 });
      for (const theme of ["light", "dark"]) {
        for (const { name, hash, ready } of SCREENS) {
          await app.go(hash);
          await ready(app);
          await app.run("document.documentElement.dataset.theme = arguments[0]", theme);
          await keep(app, `${name}-${theme}`);
        }
      }
    },
  ],
]);
