/** The size of the app's window and its place, set from outside as a person sets it by its edges. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { until } from "./driver.mjs";

const run = promisify(execFile);

/** As the app opens at first, and the smallest that it can be made. */
export const USUAL = { width: 1280, height: 820 };
export const SMALLEST = { width: 1024, height: 700 };

const xdotool = async (...args) => (await run("xdotool", args.map(String))).stdout.trim();

/** The app's windows that can be seen now. */
export async function windows() {
  const found = await xdotool("search", "--onlyvisible", "--name", "^NurtureHub Connect$").catch(() => "");
  return found === "" ? [] : found.split("\n");
}

/** Puts the window with its upper left corner there. */
export async function moveWindow({ x, y }) {
  for (const window of await windows()) await xdotool("windowmove", "--sync", window, x, y);
}

/** Where the window is. */
export async function placeOfWindow() {
  const [window] = await windows();
  const told = await xdotool("getwindowgeometry", "--shell", window);
  const number = (name) => Number(new RegExp(`^${name}=(-?\\d+)`, "m").exec(told)[1]);
  return { x: number("X"), y: number("Y") };
}

/** Takes the window out of sight, as whatever covers or hides it does. */
export async function hideWindow() {
  for (const window of await windows()) await xdotool("windowunmap", "--sync", window);
}

export async function sizeWindow(app, { width, height }) {
  for (const window of await windows()) await xdotool("windowsize", window, width, height);
  await until(`a window of ${width} by ${height}`, async () => {
    const [wide, high] = await sizeOf(app);
    return wide === width && high === height;
  });
}

/** The size of the page, which fills the window. */
export function sizeOf(app) {
  return app.run("return [window.innerWidth, window.innerHeight]");
}
