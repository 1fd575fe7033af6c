/** Connecting a CRM: its form, the browser, the check, and every way in which they go wrong. */
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import PROVIDERS from "../fake/providers.json";
import { standing } from "../fake/ticks";
import { report } from "../fake/world";
import type { Backend } from "../ipc/backend";
import type { ErrorReport, ProviderView } from "../ipc/types";
import { openApp } from "./app";

const fail = (error: ErrorReport) => () => Promise.resolve({ status: "error" as const, error });

/** How long the fake takes for each step of a check. */
const STEP_MS = 180;

async function fillIn(user: ReturnType<typeof openApp>["user"]) {
  await user.type(await screen.findByLabelText(/^Agency on NurtureHub/), "fenwick-2");
  await user.type(screen.getByLabelText(/^Token/), "a token");
  await user.click(screen.getByRole("button", { name: "Connect" }));
}

describe("a form", () => {
  it.each((PROVIDERS as unknown as ProviderView[]).map((provider) => [provider.name, provider] as const))(
    "of %s asks for what its provider lists, and for nothing else",
    async (_, provider) => {
      openApp({ at: `#/connect/${provider.id}` });
      await screen.findByLabelText(/^Agency on NurtureHub/);
      const asked = provider.fields.filter(({ advanced, onlyWhen }) => !advanced && !onlyWhen);
      // A choice is drawn as a button of which the label is the name.
      for (const { label } of asked) expect(screen.getAllByLabelText(new RegExp(`^${label}`)).length).toBeGreaterThan(0);
      for (const { label } of provider.fields.filter(({ advanced }) => advanced)) expect(screen.queryByLabelText(label)).toBeNull();
    },
  );

  it("leads to where a value is found", async () => {
    const openDocumentation = vi.fn(() => Promise.resolve({ status: "ok" as const, data: null }));
    const { user } = openApp({ at: "#/connect/street", commands: { openDocumentation } });
    await user.click(await screen.findByRole("button", { name: "Where to find it: Token" }));
    expect(openDocumentation).toHaveBeenCalledWith("street");
  });

  it("and offers none where the CRM has none that a browser can show", async () => {
    const { providers } = fakeBackend({ ticks: standing(), largest: 2000 }).commands;
    const undocumented = async () => {
      const answer = await providers();
      if (answer.status === "error") return answer;
      return { ...answer, data: answer.data.map((provider) => ({ ...provider, documentation: "docs/profiles.md" })) };
    };
    openApp({ at: "#/connect/street", commands: { providers: undocumented } });
    expect(await screen.findByLabelText(/^Token/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /documentation$|^Where to find it/ })).not.toBeInTheDocument();
  });

  it("names choices in its help as they stand in the list", async () => {
    openApp({ at: "#/connect/reapit" });
    expect(await screen.findByText(/“Browser” for a person/)).toBeInTheDocument();
  });

  it("never shows a secret", async () => {
    openApp({ at: "#/connect/street" });
    expect(await screen.findByLabelText(/^Token/)).toHaveAttribute("type", "password");
  });
});

describe("the CRMs to pick from", () => {
  it.each(["real", "sandbox"] as const)("are those that can be connected with %s data", async (dataSet) => {
    openApp({ at: "#/connect", empty: true, dataSet });
    expect(await screen.findByRole("link", { name: "Loop" })).toBeInTheDocument();
    expect(screen.queryAllByRole("link", { name: "Another CRM (with a profile)" })).toHaveLength(dataSet === "real" ? 1 : 0);
  });
});

describe("a sign-in in the browser", () => {
  const REASONS: [name: string, error: ErrorReport][] = [
    ["a browser that was closed", report("signInCancelled", "Sign-in was cancelled", "The sign-in was cancelled.", "Start it again.")],
    ["a refusal", report("signInRefused", "The CRM refused the sign-in", "Somebody pressed Deny.", "Sign in again and allow it.")],
    ["a wrong account", report("wrongAccount", "This is another agency’s account", "It belongs to Vale.", "Sign in as Fenwick.")],
    ["a timeout", report("signInTimedOut", "Nobody signed in in time", "Five minutes have passed.", "Start it again.")],
  ];
  it.each(REASONS)("that ends in %s says so, and keeps what was typed", async (_, error) => {
    const { user } = openApp({ at: "#/connect/reapit", commands: { connect: fail(error) } });
    await user.type(await screen.findByLabelText(/^Agency on NurtureHub/), "fenwick-2");
    await user.click(screen.getByRole("combobox", { name: "Sign in as" }));
    await user.click(await screen.findByRole("option", { name: "Browser" }));
    await user.type(screen.getByLabelText(/^Customer id/), "FEN");
    await user.type(screen.getByLabelText(/^Client id/), "an app");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByText(error.title)).toBeInTheDocument();
    expect(screen.getByLabelText(/^Agency on NurtureHub/)).toHaveValue("fenwick-2");
    expect(screen.getByLabelText(/^Customer id/)).toHaveValue("FEN");
    expect(screen.getByLabelText(/^Client id/)).toHaveValue("an app");
    expect(screen.getByRole("combobox", { name: "Sign in as" })).toHaveTextContent("Browser");
  });

  it("can be waited for, copied and cancelled, even where its address comes at once", async () => {
    const ticks = { ...standing(), after: (ms: number) => (ms >= 6000 ? new Promise<void>(() => undefined) : Promise.resolve()) };
    const nobodySignsIn = fakeBackend({ ticks, largest: 2000, empty: true, dataSet: "sandbox" });
    const { user } = openApp({ at: "#/connect/reapit", backend: nobodySignsIn });
    await user.click(await screen.findByRole("combobox", { name: "Sign in as" }));
    await user.click(await screen.findByRole("option", { name: "Browser" }));
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Copy link" })).toBeEnabled());
    expect(screen.getByRole("button", { name: "Open again" })).toBeEnabled();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(await screen.findByText("Sign-in was cancelled")).toBeInTheDocument();
  });
});

describe("a sign-in on another computer", () => {
  it("ends with the address that its browser ended on, and says where that is a wrong one", async () => {
    const ticks = { ...standing(), after: (ms: number) => (ms >= 6000 ? new Promise<void>(() => undefined) : Promise.resolve()) };
    const { user } = openApp({ at: "#/connect/reapit", backend: fakeBackend({ ticks, largest: 2000, empty: true, dataSet: "sandbox" }) });
    await user.click(await screen.findByRole("combobox", { name: "Sign in as" }));
    await user.click(await screen.findByRole("option", { name: "Browser" }));
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await user.click(await screen.findByRole("button", { name: "I signed in on another computer" }));
    const address = screen.getByLabelText("Address that the browser ended on");
    await user.type(address, "http://127.0.0.1:9/callback");
    await user.click(screen.getByRole("button", { name: "Use it" }));
    expect(await screen.findByText(/The address holds no code/)).toBeInTheDocument();
    await user.type(address, "?code=abc");
    await user.click(screen.getByRole("button", { name: "Use it" }));
    expect(await screen.findByRole("button", { name: "Run the first sync" })).toBeInTheDocument();
  });
});

describe("the check of a new connection", () => {
  it("that could not be made says why, and can be made again", async () => {
    let calls = 0;
    const verify: Backend["commands"]["verify"] = () => {
      calls += 1;
      if (calls === 1) return fail(report("storageBusy", "The data are in use", "Another copy has them.", "Close it."))();
      return Promise.resolve({ status: "ok", data: { ok: true, steps: [] } });
    };
    const { user } = openApp({ at: "#/connect/street", commands: { verify } });
    await fillIn(user);
    expect(await screen.findByRole("alert")).toHaveTextContent("The data are in use");
    expect(screen.getByRole("button", { name: "Run the first sync" })).toBeDisabled();
    expect(screen.getByRole("link", { name: "Change what you typed" })).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Check again" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Run the first sync" })).toBeEnabled());
  });

  it("ticks its steps off one by one", async () => {
    const held: (() => void)[] = [];
    const ticks = { ...standing(), after: (ms: number) => (ms === STEP_MS ? new Promise<void>((done) => held.push(done)) : Promise.resolve()) };
    const { user } = openApp({ at: "#/connect/street", backend: fakeBackend({ ticks, largest: 2000 }) });
    const takeSteps = async (steps: number) => {
      for (let taken = 0; taken < steps; taken += 1) {
        await waitFor(() => expect(held).toHaveLength(1));
        await act(async () => {
          held.pop()?.();
          await Promise.resolve();
        });
      }
    };
    const ticked = () => [screen.queryAllByRole("img", { name: "Passed" }).length, screen.queryAllByRole("img", { name: "Not yet" }).length];
    await fillIn(user);
    await waitFor(() => expect(ticked()).toEqual([0, 8]));
    await takeSteps(1);
    await waitFor(() => expect(ticked()).toEqual([1, 7]));
    expect(screen.getByRole("button", { name: "Run the first sync" })).toBeDisabled();
    await takeSteps(2);
    await waitFor(() => expect(ticked()).toEqual([3, 5]));
    await takeSteps(5);
    await waitFor(() => expect(ticked()).toEqual([8, 0]));
    await waitFor(() => expect(screen.getByRole("button", { name: "Run the first sync" })).toHaveFocus());
  });
});
