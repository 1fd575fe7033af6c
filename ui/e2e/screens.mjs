/** Pictures of every screen of the real app, after the walk that fills it: in both themes, in the smallest
 *  window, and at twice the size of text. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { dress, settle, untilNoNews } from "./access.mjs";
import { connectAll, furnish } from "./furnish.mjs";
import { enter, leave, SCREENS } from "./screen-list.mjs";
import { runAll } from "./trial.mjs";
import { SMALLEST, sizeWindow, USUAL } from "./window-size.mjs";

const OUT = process.env.NURTUREHUB_SCREENSHOTS;

/** How the screens are looked at; what comes first takes its names without a folder. */
const LOOKS = [
  { folder: "", theme: "light", text: 100, size: USUAL },
  { folder: "", theme: "dark", text: 100, size: USUAL },
  { folder: "small", theme: "light", text: 100, size: SMALLEST },
  { folder: "large-text", theme: "light", text: 200, size: SMALLEST },
];

async function keep(app, folder, name) {
  mkdirSync(join(OUT, folder), { recursive: true });
  writeFileSync(join(OUT, folder, `${name}.png`), await app.picture());
}

async function wear(app, { theme, text, size }) {
  await sizeWindow(app, size);
  await dress.text(app, text);
  await dress.theme(app, theme);
}

await runAll([
  [
    "the first start",
    async (trial) => {
      const app = await trial.open();
      await app.find("heading", "Welcome to NurtureHub Connect");
      for (const look of LOOKS) {
        await wear(app, look);
        await keep(app, look.folder, `first-start-${look.theme}`);
      }
      await wear(app, LOOKS[0]);
      await app.click("button", "Try it with the built-in sandbox");
      await app.sees("Sandbox data.");
      await app.find("heading", "The sandbox is open");
      for (const look of LOOKS) {
        await wear(app, look);
        await keep(app, look.folder, `sandbox-${look.theme}`);
      }
      await wear(app, LOOKS[0]);
    },
  ],
  ["every CRM is connected", ({ app }) => connectAll(app)],
  ["some are well and some are not", ({ app, home }) => furnish(app, home)],
  [
    "every screen",
    async ({ app }) => {
      await untilNoNews(app);
      for (const look of LOOKS) {
        await wear(app, look);
        for (const screen of SCREENS) {
          await enter(app, screen);
          await settle(app);
          await keep(app, look.folder, `${screen.name}-${look.theme}`);
          await leave(app, screen);
        }
      }
    },
  ],
]);
