/** How many pixels a rem has at the chosen size of text, for what is measured and not styled. */
import { useSyncExternalStore } from "react";

export function rootFontSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** The same, followed while it changes. */
export function useRootFontSize(): number {
  return useSyncExternalStore(whenRootChanges, rootFontSize);
}

function whenRootChanges(listener: () => void) {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["style"] });
  return () => observer.disconnect();
}
