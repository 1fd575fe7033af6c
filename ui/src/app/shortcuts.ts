/** Keys that work everywhere. Each needs Ctrl or Cmd, so that none is struck by mistake in a text. */
import { useEffect, useEffectEvent } from "react";

const isMac = navigator.userAgent.includes("Mac");

/** How the key is written that goes with the others. */
export const KEY = isMac ? "⌘" : "Ctrl+";

export const SHORTCUTS = [
  { key: "k", does: "Find a connection or do something" },
  { key: ",", does: "Open the settings" },
  { key: "/", does: "Show these keys" },
  { key: "f", does: "Search in the contacts" },
] as const;

type ShortcutKey = (typeof SHORTCUTS)[number]["key"];

/** Calls back for these keys while the caller is shown. */
export function useShortcuts(actions: Partial<Record<ShortcutKey, () => void>>): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (!(isMac ? event.metaKey : event.ctrlKey) || event.altKey || event.shiftKey) return;
    const action = actions[event.key.toLowerCase() as ShortcutKey];
    if (!action) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
