/** The theme and the size of text, set at the root of the document. */
import { useEffect } from "react";

import type { Preferences } from "../ipc/types";
import { useRead } from "../ipc/cache";

/** What was last in force, so that the first paint is right before the shell has answered. */
const KEPT = "nurturehub.appearance";

type Appearance = Pick<Preferences, "theme" | "textSize">;

const darkSystem = () => window.matchMedia("(prefers-color-scheme: dark)");

/** Puts an appearance in force. */
export function applyAppearance({ theme, textSize }: Appearance): void {
  const root = document.documentElement;
  root.dataset.theme = theme === "system" ? (darkSystem().matches ? "dark" : "light") : theme;
  root.style.fontSize = textSize === 100 ? "" : `${textSize}%`;
}

/** What was in force when the app was last open. */
export function keptAppearance(): Appearance {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Appearance>;
    return { theme: kept.theme ?? "system", textSize: kept.textSize ?? 100 };
  } catch {
    return { theme: "system", textSize: 100 };
  }
}

/** Follows the preferences, and the system where they say so. */
export function useAppearance(): void {
  const { data } = useRead("preferences", []);
  const theme = data?.theme ?? null;
  const textSize = data?.textSize ?? null;
  useEffect(() => {
    if (theme === null || textSize === null) return undefined;
    const appearance = { theme, textSize };
    localStorage.setItem(KEPT, JSON.stringify(appearance));
    const apply = () => applyAppearance(appearance);
    apply();
    const system = darkSystem();
    system.addEventListener("change", apply);
    return () => system.removeEventListener("change", apply);
  }, [theme, textSize]);
}
