/** What holds on every screen. */
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import type { Preferences } from "../ipc/types";
import { openApp } from "./app";

describe("the palette", () => {
  it("opens by keyboard, finds a connection by a part of its name, and goes there", async () => {
    const { user } = openApp();
    await screen.findByRole("heading", { name: "Overview" });
    await user.keyboard("{Control>}k{/Control}");
    const box = await screen.findByRole("combobox", { name: "Find or do" });
    await user.type(box, "marl");
    expect(screen.getAllByRole("option")[0]).toHaveTextContent("Marlow Estates");
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { level: 1, name: /Marlow Estates/ })).toBeInTheDocument();
  });

  it("starts what can be done", async () => {
    const verify = vi.fn(() => new Promise<never>(() => undefined));
    const { user } = openApp({ commands: { verify } });
    await screen.findByRole("heading", { name: "Overview" });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: "Find or do" }), "verify kingsway{Enter}");
    expect(verify).toHaveBeenCalledWith("agentos-kingsway");
  });
});

describe("a computer without a network", () => {
  it("says so, and shows everything that is here", async () => {
    openApp();
    await screen.findByRole("heading", { name: "Overview" });
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    fireEvent(window, new Event("offline"));
    expect(await screen.findByText("No network.")).toBeInTheDocument();
    expect(screen.getByRole("table")).toBeInTheDocument();
  });
});

describe("the theme", () => {
  it("keeps each of two choices, however quickly one comes after the other", async () => {
    const { preferences, setPreferences } = fakeBackend({ ticks: standing(), largest: 2000 }).commands;
    let open: () => void = vi.fn();
    const gate = new Promise<void>((resolve) => (open = resolve));
    const kept = vi.fn(async (chosen: Preferences) => {
      await gate;
      return setPreferences(chosen);
    });
    const { user } = openApp({ at: "#/settings", commands: { preferences, setPreferences: kept } });
    await user.click(await screen.findByRole("button", { name: "Dark" }));
    await user.click(screen.getByRole("button", { name: "125%" }));
    open();
    await waitFor(() => expect(kept).toHaveBeenCalledTimes(2));
    expect(kept.mock.lastCall?.[0]).toMatchObject({ theme: "dark", textSize: 125 });
  });

  it("follows what is chosen, and is there at once the next time", async () => {
    const { user } = openApp({ at: "#/settings", theme: "light" });
    await user.click(await screen.findByRole("button", { name: "Dark" }));
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe("dark"));
    expect(localStorage.getItem("nurturehub.appearance")).toContain("dark");
  });
});

describe("an adapter that rests on guesses", () => {
  it("is told in full where somebody connects it", async () => {
    openApp({ at: "#/connect/loop" });
    expect(await screen.findByText("In part unconfirmed")).toBeInTheDocument();
  });

  it("is marked on each of its screens", async () => {
    const { user } = openApp({ at: "#/connection/loop-bright" });
    for (const tab of [/^Health/, /^Contacts/, /^Activity/, /^Settings/]) {
      await user.click(await screen.findByRole("tab", { name: tab }));
      expect(screen.getByText("unconfirmed"), String(tab)).toBeInTheDocument();
    }
  });
});

describe("what a CRM cannot do", () => {
  it("is said, with the reason, before anyone tries", async () => {
    openApp({ at: "#/connection/agentos-kingsway/webhooks" });
    expect(await screen.findByText("agentOS sends no webhooks")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Start" })).not.toBeInTheDocument();
  });
});

describe("a command that the shell does not let through", () => {
  it("is told like any other error", async () => {
    const overview = () => Promise.reject(new Error("overview not allowed"));
    openApp({ commands: { overview } });
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("Something went wrong in NurtureHub Connect");
    expect(within(alert).getByText(/overview not allowed/)).toBeInTheDocument();
  });
});
