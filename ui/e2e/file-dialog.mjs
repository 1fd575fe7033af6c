/** The system's own dialogs for files, which no WebDriver reaches: typed into as a person types. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { until } from "./driver.mjs";

const run = promisify(execFile);
const xdotool = (...args) => run("xdotool", args).then(({ stdout }) => stdout.trim());

const windowOf = (title) => xdotool("search", "--onlyvisible", "--name", `^${title}$`).catch(() => "");

/** Names a file in the dialog of this title, and waits until the dialog has gone. */
export async function nameFile(title, path) {
  const window = await until(`the dialog "${title}"`, () => windowOf(title));
  // Without a window manager nobody else gives a new window the keyboard.
  await xdotool("windowfocus", "--sync", window);
  // Where files are opened this shows the line for a path; where one is saved it is there, and filled in.
  await xdotool("key", "--clearmodifiers", "ctrl+l");
  await xdotool("key", "--clearmodifiers", "ctrl+a");
  await xdotool("type", "--clearmodifiers", path);
  const hasGone = async () => (await windowOf(title)) === "";
  await until(`the dialog "${title}" has gone`, async () => {
    // The first may go to the list of names that begin like this.
    await xdotool("key", "--clearmodifiers", "Return");
    return until("it takes the name", hasGone, 1000).catch(() => false);
  });
}
