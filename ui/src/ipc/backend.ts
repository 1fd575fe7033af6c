/** The one door to the desktop shell, or to what stands in for it. */
import { createContext, use } from "react";

import * as bindings from "./bindings";

/** Every command and event. The fake backend of tests and development has the same form. */
export type Backend = {
  commands: typeof bindings.commands;
  events: typeof bindings.events;
  /** The time, in milliseconds since 1970. */
  now: () => number;
};

/** Whether this page runs inside the desktop app. */
export function insideShell(): boolean {
  return "__TAURI_INTERNALS__" in window;
}

/** The shell's own commands and events. */
export const shell: Backend = {
  commands: bindings.commands,
  events: bindings.events,
  now: () => Date.now(),
};

export const BackendContext = createContext<Backend>(shell);

export function useBackend(): Backend {
  return use(BackendContext);
}
