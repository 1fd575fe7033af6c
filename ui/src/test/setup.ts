/** What a browser has and the tests' document lacks. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// A page of markup in a failure hides the failure.
configure({
  getElementError: (message) => new Error(message ?? "not found"),
  // Longer than anything takes on a machine that does other things, too.
  asyncUtilTimeout: 10_000,
});

// A canvas draws nothing here; what the chart says in words is tested.
vi.mock("uplot", () => {
  class NoPlot {
    static paths = {};
    destroy = () => undefined;
    setSize = () => undefined;
  }
  return { default: NoPlot };
});

// The document has no layout: lists measure themselves as a window of this size.
Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 600 });
Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 900 });

afterEach(() => {
  cleanup();
  window.location.hash = "";
  localStorage.clear();
});
