/** Whoever asks their system for less motion gets none from any part of the app. */
import { afterEach, expect, it } from "vitest";

import { readFileSync } from "node:fs";

type Screen = { happyDOM: { settings: { device: { prefersReducedMotion: string } } } };
// Styles are left out of tests; these are read as the window reads them.
const read = (file: string) => readFileSync(`src/${file}`, "utf8");
const { device } = (window as unknown as Screen).happyDOM.settings;

afterEach(() => {
  device.prefersReducedMotion = "no-preference";
  document.head.replaceChildren();
  document.body.replaceChildren();
});

/** How an element moves under the app's own styles. */
function motionOf(className: string, css: string) {
  for (const text of [read(css), read("kit/base.css")]) document.head.append(Object.assign(document.createElement("style"), { textContent: text }));
  const element = Object.assign(document.createElement("div"), { className });
  document.body.append(element);
  const { animationDuration, animationIterationCount, transitionDuration, animation, transition } = getComputedStyle(element);
  return { animationDuration, animationIterationCount, transitionDuration, animation, transition };
}

it.each([
  ["a bar without a total", "unknown", "kit/Progress.module.css"],
  ["the mark of a run", "running", "app/Shell.module.css"],
])("%s does not go on moving", (_, className, css) => {
  device.prefersReducedMotion = "reduce";
  expect(motionOf(className, css)).toMatchObject({ animationDuration: "0.01ms", animationIterationCount: "1" });
});

it("buttons change at once", () => {
  device.prefersReducedMotion = "reduce";
  expect(motionOf("button", "kit/Button.module.css").transitionDuration).toBe("0s");
});

it("others see motion", () => {
  expect(motionOf("running", "app/Shell.module.css").animationIterationCount).not.toBe("1");
});
