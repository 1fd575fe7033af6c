/** The fake backend for a browser. The address says which scene: `?scene=empty`, `?scene=sandbox`,
 *  with which theme: `?theme=dark`, and with what size of text: `?text=200`. */
import type { Backend } from "../ipc/backend";
import type { Preferences } from "../ipc/types";
import { fakeBackend } from "./backend";
import { passing } from "./ticks";

export function fakeForBrowser(): Backend {
  const asked = new URLSearchParams(window.location.search);
  const scene = asked.get("scene");
  return fakeBackend({
    ticks: passing(),
    largest: 1_000_000,
    empty: scene === "empty" || scene === "sandbox",
    dataSet: scene === "sandbox" ? "sandbox" : "real",
    textSize: Number(asked.get("text") ?? 100),
    theme: (asked.get("theme") ?? "system") as Preferences["theme"],
  });
}
