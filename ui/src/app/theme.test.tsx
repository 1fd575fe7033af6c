/** The theme follows the system where the person says so, and holds where they chose one. */
import { act, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { openApp } from "../test/app";

/** A system whose theme a test changes. */
function system(isDark: boolean) {
  const listeners = new Set<() => void>();
  const query = {
    matches: isDark,
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  };
  const asked = vi.spyOn(window, "matchMedia").mockImplementation(() => query as unknown as MediaQueryList);
  return {
    asked,
    becomes: (dark: boolean) =>
      act(() => {
        query.matches = dark;
        for (const listener of listeners) listener();
      }),
  };
}

const theme = () => document.documentElement.dataset.theme;

it("follows the system while the app is open", async () => {
  const { asked, becomes } = system(false);
  openApp({ theme: "system" });
  await screen.findByRole("heading", { name: "Overview" });
  await waitFor(() => expect(theme()).toBe("light"));
  expect(asked).toHaveBeenCalledWith("(prefers-color-scheme: dark)");
  becomes(true);
  expect(theme()).toBe("dark");
  becomes(false);
  expect(theme()).toBe("light");
});

it("holds what was chosen, whatever the system does", async () => {
  const { becomes } = system(false);
  openApp({ theme: "dark" });
  await waitFor(() => expect(theme()).toBe("dark"));
  becomes(true);
  becomes(false);
  expect(theme()).toBe("dark");
});

it("follows the system again once that is chosen", async () => {
  const { becomes } = system(true);
  const { user } = openApp({ theme: "light", at: "#/settings" });
  await user.click(await screen.findByRole("button", { name: "As the system" }));
  await waitFor(() => expect(theme()).toBe("dark"));
  becomes(false);
  expect(theme()).toBe("light");
});
