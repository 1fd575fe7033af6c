/** The one door to the desktop shell, or to what stands in for it. */
import { createContext, use } from "react";

import * as bindings from "./bindings";
import type { Unlisten } from "./types";

type EventName = keyof typeof bindings.events;
type Payload<K extends EventName> = Parameters<Parameters<(typeof bindings.events)[K]["listen"]>[0]>[0]["payload"];

/** Every command and event. The fake backend of tests and development has the same form. */
export type Backend = {
  commands: typeof bindings.commands;
  events: { [name in EventName]: { listen: (handler: (event: { payload: Payload<name> }) => void) => Promise<Unlisten> } };
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
