/** The size of the app's window, set from outside as a person sets it by its edges. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { until } from "./driver.mjs";

const run = promisify(execFile);

/** As the app opens at first, and the smallest that it can be made. */
export const USUAL = { width: 1280, height: 820 };
export const SMALLEST = { width: 1024, height: 700 };

export async function sizeWindow(app, { width, height }) {
  const { stdout } = await run("xdotool", ["search", "--onlyvisible", "--name", "^NurtureHub Connect$"]);
  for (const window of stdout.trim().split("\n")) await run("xdotool", ["windowsize", window, String(width), String(height)]);
  await until(`a window of ${width} by ${height}`, async () => {
    const [wide, high] = await sizeOf(app);
    return wide === width && high === height;
  });
}

/** The size of the page, which fills the window. */
export function sizeOf(app) {
  return app.run("return [window.innerWidth, window.innerHeight]");
}
