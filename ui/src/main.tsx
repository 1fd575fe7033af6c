/** Starts the web UI over the desktop shell; outside of it, in development, over the fake backend. */
import "./app/violations";
// What every element starts from comes first: what a component says of itself goes before it.
import "./kit/base.css";
import "./kit/tokens.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { applyAppearance, keptAppearance } from "./app/theme";
import { insideShell, shell, type Backend } from "./ipc/backend";
import { askEarly, newCache } from "./ipc/cache";
import { nameALanguage } from "./kit/language";

/** Written so that the real build holds no trace of the fake backend. */
const MAY_PRETEND = import.meta.env.DEV || import.meta.env.MODE === "fake";

async function backend(): Promise<Backend> {
  if (MAY_PRETEND && !insideShell()) {
    const { fakeForBrowser } = await import("./fake/browser");
    return fakeForBrowser();
  }
  return shell;
}

async function start(): Promise<void> {
  const cache = newCache();
  const theBackend = await backend();
  askEarly(theBackend, cache);
  nameALanguage();
  applyAppearance(keptAppearance());
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <App backend={theBackend} cache={cache} />
    </StrictMode>,
  );
}

void start();
