/** The two walks that the app is measured by, and what must hold on the way. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { openApp } from "./app";

describe("first start", () => {
  it("leads through the sandbox from nothing to contacts that were sent", async () => {
    const { user, tick } = openApp({ empty: true });
    await user.click(await screen.findByRole("button", { name: "Try it with the built-in sandbox" }));
    expect(await screen.findByText("Sandbox data.")).toBeInTheDocument();

    await user.click(await screen.findByRole("link", { name: /^Reapit/ }));
    await user.click(await screen.findByRole("button", { name: "Connect" }));
    const first = await screen.findByRole("button", { name: "Run the first sync" });
    await waitFor(() => expect(first, "every check has passed").toBeEnabled());
    await user.click(first);

    expect(await screen.findByRole("progressbar", { name: "Progress of the sync" })).toBeInTheDocument();
    await tick(100);
    await user.click(await screen.findByRole("tab", { name: /^Changes/ }));
    await user.click(await screen.findByRole("button", { name: "Push all 2,000" }));
    const dialog = await screen.findByRole("dialog", { name: "Send 2,000 records to NurtureHub?" });
    await user.click(within(dialog).getByRole("button", { name: "Send 2,000" }));
    await tick(20);
    expect(await screen.findByText(/1 record refused/), "the refused one is told of").toBeInTheDocument();
  });
});

describe("a connection that needs a new sign-in", () => {
  it("is found, understood, mended and seen to recover", async () => {
    const { user } = openApp();
    const start = await screen.findByRole("button", { name: "Sign in again: Fenwick Lettings" });
    expect(screen.getByText(/the token was revoked on 21 November/)).toBeInTheDocument();

    await user.click(start);
    const dialog = await screen.findByRole("dialog", { name: "Sign in to Street again" });
    await waitFor(() => expect(within(dialog).getByLabelText(/^Token/), "what is asked for comes first").toHaveFocus());
    await user.type(within(dialog).getByLabelText(/^Token/), "a new token");
    await user.click(within(dialog).getByRole("button", { name: "Replace and check" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    const head = screen.getByRole("heading", { level: 1, name: /Fenwick Lettings/ });
    await waitFor(() => expect(head).toHaveTextContent("Healthy"));
  });
});

describe("a push", () => {
  it("sends just the records that were selected", async () => {
    const push = vi.fn(() => new Promise<never>(() => undefined));
    const { user } = openApp({ at: "#/connection/reapit-vale/changes", commands: { push } });
    const boxes = await screen.findAllByRole("checkbox", { name: /^Select/ });
    expect(boxes).toHaveLength(5);
    const [, second] = boxes;
    if (second) await user.click(second);
    await user.click(screen.getByRole("button", { name: "Push 1 selected" }));
    await user.click(await screen.findByRole("button", { name: "Send 1" }));
    expect(push).toHaveBeenCalledWith("reapit-vale", ["C100001"]);
  });

  it("is not offered before the platform is set", async () => {
    const platform = () => Promise.resolve({ status: "ok" as const, data: { url: null, tokenStored: false } });
    const { user } = openApp({ at: "#/connection/reapit-vale/changes", commands: { platform } });
    await user.click(await screen.findByRole("button", { name: "Push all 5" }));
    expect(await screen.findByRole("link", { name: "Set the platform’s address" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /^Send/ })).not.toBeInTheDocument();
  });
});

describe("a sync", () => {
  it("goes on while the screen changes, and can be cancelled from another", async () => {
    const { user, tick } = openApp();
    await user.click(await screen.findByRole("button", { name: "Sync Kingsway Homes" }));
    await tick(3);
    await user.click(screen.getByRole("link", { name: "Settings" }));
    await user.click(screen.getByRole("link", { name: /Kingsway Homes/ }));
    expect(await screen.findByText(/^Page 3/), "progress was kept").toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("progressbar")).not.toBeInTheDocument());
  });

  it("that fails says what, why, what to do and who", async () => {
    const { user } = openApp({ at: "#/connection/loop-bright" });
    await user.click(await screen.findByRole("button", { name: "Sync" }));
    const title = await screen.findAllByText("The CRM is not working");
    expect(title.length, "in the list of issues, and told").toBeGreaterThan(1);
    expect(screen.getAllByText("The CRM’s vendor has to mend this.").length).toBeGreaterThan(0);
    expect(screen.getAllByRole("button", { name: "Export bundle" }).length).toBeGreaterThan(0);
  });
});

describe("removals in doubt", () => {
  it("are removed only when a person has confirmed them", async () => {
    const sync = vi.fn(() => new Promise<never>(() => undefined));
    const { user } = openApp({ commands: { sync } });
    await user.click(await screen.findByRole("button", { name: "Review removals: Marlow Estates" }));
    const dialog = await screen.findByRole("dialog", { name: "Have 312 contacts really gone?" });
    expect(sync, "nothing has begun").not.toHaveBeenCalled();
    await user.click(within(dialog).getByRole("button", { name: "List again and remove 312" }));
    expect(sync).toHaveBeenCalledWith("alto-marlow", { full: true, confirmRemovals: true });
  });
});

describe("connecting", () => {
  it("keeps what was typed when the CRM refuses", async () => {
    const { user } = openApp({ at: "#/connect/street" });
    await user.type(await screen.findByLabelText(/^Agency on NurtureHub/), "fenwick-2");
    await user.type(screen.getByLabelText(/^Token/), "wrong");
    await user.click(screen.getByRole("button", { name: "Connect" }));
    expect(await screen.findByText("The CRM does not accept the credentials")).toBeInTheDocument();
    expect(screen.getByLabelText(/^Agency on NurtureHub/)).toHaveValue("fenwick-2");
    expect(screen.getByLabelText(/^Token/)).toHaveValue("wrong");
  });

  it("says at each field what is amiss, and goes to the first", async () => {
    const connect = vi.fn();
    const { user } = openApp({ at: "#/connect/street", commands: { connect } });
    await user.click(await screen.findByRole("button", { name: "Connect" }));
    expect(await screen.findByText("Token is needed.")).toBeInTheDocument();
    await waitFor(() => expect(screen.getByLabelText(/^Agency on NurtureHub/)).toHaveFocus());
    expect(connect).not.toHaveBeenCalled();
  });
});
