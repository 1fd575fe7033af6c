import { afterEach, describe, expect, it } from "vitest";

import { nameALanguage } from "./language";

const named = (language: string) => Object.defineProperty(navigator, "language", { configurable: true, value: language });

describe("the browser’s language", () => {
  const before = navigator.language;
  afterEach(() => named(before));

  it("is left as it is where it is one", () => {
    named("cy-GB");
    nameALanguage();
    expect(navigator.language).toBe("cy-GB");
  });

  it("is British English where the system’s locale is `C`", () => {
    named("C");
    nameALanguage();
    expect(navigator.language).toBe("en-GB");
  });
});
