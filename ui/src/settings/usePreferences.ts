/** The preferences, and a way to change one of them. */
import { useActions } from "../app/actions";
import type { Preferences } from "../ipc/bindings";
import { useRead } from "../ipc/cache";

export function usePreferences(): [Preferences | undefined, (part: Partial<Preferences>) => void] {
  const { data } = useRead("preferences", []);
  const actions = useActions();
  return [data, (part) => void actions.setPreference(part)];
}
