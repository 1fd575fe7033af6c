/** The preferences, a way to change one of them, and why they cannot be read. */
import { useActions } from "../app/actions";
import type { Preferences } from "../ipc/types";
import { useRead } from "../ipc/cache";

type Setter = (part: Partial<Preferences>) => void;

export function usePreferences(): [Required<Preferences> | undefined, Setter, Error | null] {
  const { data, error } = useRead("preferences", []);
  const actions = useActions();
  // The shell leaves none out; it is only when they are sent that any may be.
  return [data as Required<Preferences> | undefined, (part) => void actions.setPreference(part), error];
}
