/** Errors lead somewhere: to a bundle where a connection has one, and to another try. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import { stepsWith } from "../fake/checks";
import { standing } from "../fake/ticks";
import { report } from "../fake/world";
import type { Backend } from "../ipc/backend";
import { openApp } from "./app";

const BROKEN = report("storageBusy", "The data are in use", "Another copy has them.", "Close it.");
const broken = () => Promise.resolve({ status: "error" as const, error: BROKEN });
const fake = () => fakeBackend({ ticks: standing(), largest: 2000 }).commands;

/** Presses the button beside the error, and waits for the list of what the bundle of `name` would hold. */
async function exportFrom(user: ReturnType<typeof openApp>["user"], name: string) {
  const alert = await screen.findByRole("alert");
  await user.click(within(alert).getByRole("button", { name: "Export bundle" }));
  expect(await screen.findByRole("dialog", { name: `Export a bundle of ${name}` })).toBeInTheDocument();
}

describe("a bundle is one click away", () => {
  it("on each line of what needs attention", async () => {
    const { user } = openApp();
    const list = await screen.findByRole("region", { name: /^Needs attention/ });
    expect(within(list).getAllByRole("button", { name: /^Export bundle: / })).toHaveLength(4);
    await user.click(within(list).getByRole("button", { name: "Export bundle: Bright & Co" }));
    expect(await screen.findByRole("dialog", { name: "Export a bundle of Bright & Co" })).toBeInTheDocument();
  });

  it("where a connection cannot be read", async () => {
    const { connection } = fake();
    let isBroken = true;
    const { user } = openApp({ at: "#/connection/loop-bright", commands: { connection: (id) => (isBroken ? broken() : connection(id)) } });
    const alert = await screen.findByRole("alert");
    isBroken = false;
    await user.click(await within(alert).findByRole("button", { name: "Export bundle" }));
    expect(await screen.findByRole("dialog", { name: /^Export a bundle/ })).toBeInTheDocument();
  });

  it("but not where there is no such connection", async () => {
    openApp({ at: "#/connection/nobody" });
    const alert = await screen.findByRole("alert");
    await screen.findByRole("link", { name: /Bright & Co/ });
    expect(within(alert).queryByRole("button", { name: "Export bundle" })).not.toBeInTheDocument();
  });

  it("where the check of a new connection could not be made", async () => {
    const { user } = openApp({ at: "#/connect/street", commands: { verify: broken } });
    await user.type(await screen.findByLabelText(/^Agency on NurtureHub/), "fenwick-2");
    await user.type(screen.getByLabelText(/^Token/), "a token");
    await user.click(screen.getByRole("button", { name: "Connect" }));
    await exportFrom(user, "Street fenwick-2");
  });

  it("where a step of the check of a new connection failed", async () => {
    const steps = stepsWith(BROKEN);
    const { user } = openApp({ at: "#/connect/street", commands: { verify: () => Promise.resolve({ status: "ok", data: { ok: false, steps } }) } });
    await user.type(await screen.findByLabelText(/^Agency on NurtureHub/), "fenwick-2");
    await user.type(screen.getByLabelText(/^Token/), "a token");
    await user.click(screen.getByRole("button", { name: "Connect" }));
    expect(await screen.findByRole("heading", { name: /does not work yet$/ })).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Export bundle" }));
    expect(await screen.findByRole("dialog", { name: "Export a bundle of Street fenwick-2" })).toBeInTheDocument();
  });

  it("where a step of a check failed", async () => {
    const { user } = openApp({ at: "#/connection/loop-bright/health" });
    await user.click(await screen.findByRole("button", { name: "Verify" }));
    const panel = await screen.findByRole("region", { name: "A check failed" });
    await user.click(within(panel).getByRole("button", { name: "Export bundle" }));
    expect(await screen.findByRole("dialog", { name: /^Export a bundle of/ })).toBeInTheDocument();
  });

  it("where a new sign-in was refused", async () => {
    const { user } = openApp({ at: "#/connection/street-fenwick/settings/credentials", commands: { reauthorize: broken } });
    await user.click(await screen.findByRole("button", { name: "Replace and check" }));
    await exportFrom(user, "Fenwick Lettings");
  });

  it("where a pasted payload was refused", async () => {
    const { user } = openApp({ at: "#/connection/reapit-vale/webhooks", commands: { testWebhook: broken } });
    await user.click(await screen.findByRole("button", { name: "Test a payload" }));
    fireEvent.change(screen.getByLabelText("Payload"), { target: { value: "{}" } });
    await user.click(screen.getByRole("button", { name: "Take it in" }));
    await exportFrom(user, "Vale Lettings");
  });

  it("where a delivery could not be dealt with", async () => {
    const { user } = openApp({ at: "#/connection/reapit-vale/webhooks" });
    const waiting = await screen.findByRole("row", { name: /Waiting for replay/ });
    await user.click(within(waiting).getByRole("button"));
    await exportFrom(user, "Vale Lettings");
  });

  it("where a screen broke", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { contacts } = fake();
    const commands: Partial<Backend["commands"]> = {
      contacts: async (...args) => {
        const answer = await contacts(...args);
        return answer.status === "error" ? answer : { ...answer, data: { ...answer.data, contacts: [{}] as never } };
      },
    };
    const { user } = openApp({ at: "#/connection/reapit-vale/contacts", commands });
    expect(await screen.findByRole("heading", { name: "This screen broke" })).toBeInTheDocument();
    await exportFrom(user, "Vale Lettings");
  });
});

describe("an error that is no connection’s", () => {
  it("offers no bundle: an address is no connection", async () => {
    const { user } = openApp({ at: "#/settings", commands: { setPlatform: broken } });
    await user.type(await screen.findByLabelText("Token"), "secret");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("The data are in use")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Export bundle" })).not.toBeInTheDocument();
  });

  it("is told beside one that is", async () => {
    const { user } = openApp({ at: "#/connection/reapit-vale/settings", commands: { pause: broken } });
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    expect(await screen.findByRole("button", { name: "Export bundle" })).toBeInTheDocument();
  });
});

describe("settings that cannot be read", () => {
  it.each(["platform", "preferences", "appInfo"] as const)("say so (%s), and can be read again", async (command) => {
    const commands = fake();
    let isBroken = true;
    const answer = () => (isBroken ? broken() : commands[command]());
    const { user } = openApp({ at: "#/settings", commands: { [command]: answer } });
    const [alert] = await screen.findAllByRole("alert");
    expect(alert).toHaveTextContent("Another copy has them.");
    isBroken = false;
    const [again] = screen.getAllByRole("button", { name: "Try again" });
    if (again) await user.click(again);
    await waitFor(() => expect(screen.queryByRole("alert")).not.toBeInTheDocument());
  });

  it("say so where the CRMs are unknown", async () => {
    openApp({ at: "#/connection/reapit-vale/settings", commands: { providers: broken } });
    expect(await screen.findByRole("alert")).toHaveTextContent("The data are in use");
  });
});

describe("data that take their time to open", () => {
  afterEach(() => vi.useRealTimers());

  it("say why after a second, and not before", async () => {
    vi.useFakeTimers();
    openApp({ commands: { overview: () => new Promise(() => undefined) } });
    await act(() => vi.advanceTimersByTimeAsync(900));
    expect(screen.queryByText(/Opening your data/)).not.toBeInTheDocument();
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(screen.getByText("Opening your data. The system may ask for your keychain.")).toBeInTheDocument();
  });
});

describe("a run that begins", () => {
  it("tells how far it has come in the place of what the head says else", async () => {
    const { user, tick } = openApp({ at: "#/connection/agentos-kingsway" });
    expect(await screen.findByText(/^agentOS · kingsway/)).toBeInTheDocument();
    const [start] = screen.getAllByRole("button", { name: "Sync" });
    if (start) await user.click(start);
    await tick(3);
    expect(await screen.findByText(/^Page 3/)).toBeInTheDocument();
    expect(screen.queryByText(/^agentOS · kingsway/)).not.toBeInTheDocument();
  });
});
