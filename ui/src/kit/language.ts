/** A system that runs in the locale `C`, as many servers do, names no language, and formatters refuse
 *  what it does name. The chart's library makes one as soon as it is loaded. */

/** Lets the browser name British English where what it names is no language. */
export function nameALanguage(): void {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { configurable: true, value: "en-GB" });
  }
}
