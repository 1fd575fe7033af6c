/** The preferences, and a way to change one of them. */
import { useActions } from "../app/actions";
import type { Preferences } from "../ipc/types";
import { useRead } from "../ipc/cache";

export function usePreferences(): [Required<Preferences> | undefined, (part: Partial<Preferences>) => void] {
  const { data } = useRead("preferences", []);
  const actions = useActions();
  // The shell leaves none out; it is only when they are sent that any may be.
  return [data as Required<Preferences> | undefined, (part) => void actions.setPreference(part)];
}
