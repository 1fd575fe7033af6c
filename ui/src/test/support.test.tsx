/** Bundles: what is in one is read before it is saved, and one from elsewhere reads as if it were here. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import { openApp } from "./app";

describe("exporting a bundle", () => {
  it("shows the list of its contents before anything is saved", async () => {
    const fake = fakeBackend({ ticks: standing(), largest: 2000 });
    const saveBundle = vi.fn(fake.commands.saveBundle);
    const { user } = openApp({ at: "#/connection/loop-bright", commands: { saveBundle } });
    await user.click(await screen.findByRole("button", { name: "Export bundle" }));
    const dialog = await screen.findByRole("dialog", { name: "Export a bundle of Bright & Co" });
    const contents = await within(dialog).findByRole("table", { name: "Contents of the bundle" });
    expect(within(contents).getByText("settings.json")).toBeInTheDocument();
    expect(within(contents).getByText(/people in it are made up/)).toBeInTheDocument();
    expect(saveBundle, "nothing is written yet").not.toHaveBeenCalled();

    await user.click(within(dialog).getByRole("button", { name: "Save bundle" }));
    expect(await screen.findByText("Bundle saved")).toBeInTheDocument();
    expect(screen.queryByRole("dialog", { name: /^Export/ })).not.toBeInTheDocument();
  });

  it("stays open where the person thinks better of the place", async () => {
    const saveBundle = () => Promise.resolve({ status: "ok" as const, data: null });
    const { user } = openApp({ at: "#/support", commands: { saveBundle } });
    await user.click(await screen.findByRole("button", { name: "Export bundle: Bright & Co" }));
    await screen.findByRole("table", { name: "Contents of the bundle" });
    await user.click(screen.getByRole("button", { name: "Save bundle" }));
    expect(await screen.findByRole("dialog", { name: "Export a bundle of Bright & Co" })).toBeInTheDocument();
    expect(screen.queryByText("Bundle saved")).not.toBeInTheDocument();
  });

  it("says why where nothing in it can be replayed", async () => {
    const fake = fakeBackend({ ticks: standing(), largest: 2000 });
    const notReplayable = "The run sent contacts to NurtureHub and asked the CRM nothing.";
    const prepareBundle: typeof fake.commands.prepareBundle = async (...wish) => {
      const made = await fake.commands.prepareBundle(...wish);
      if (made.status === "error") return made;
      return { ...made, data: { ...made.data, replayable: false, manifest: { ...made.data.manifest, notReplayable } } };
    };
    const { user } = openApp({ at: "#/support", commands: { prepareBundle } });
    await user.click(await screen.findByRole("button", { name: "Export bundle: Bright & Co" }));
    expect(await screen.findByText(new RegExp(`There is nothing to replay. ${notReplayable}`))).toBeInTheDocument();
  });

  it("says why where it cannot be put together", async () => {
    const { user } = openApp({
      at: "#/support",
      commands: { prepareBundle: () => Promise.reject(new Error("the disk is full")) },
    });
    await user.click(await screen.findByRole("button", { name: "Export bundle: Bright & Co" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("the disk is full");
    expect(screen.getByRole("button", { name: "Save bundle" })).toBeDisabled();
  });
});

describe("a bundle from another computer", () => {
  it("is opened from the palette, and stays open while somebody looks elsewhere", async () => {
    const { user } = openApp();
    await screen.findByRole("heading", { name: "Overview" });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: "Find or do" }), "open a bundle{Enter}");
    expect(await screen.findByRole("heading", { name: "The run in question" })).toBeInTheDocument();
    await user.click(screen.getByRole("link", { name: "Settings" }));
    await screen.findByRole("heading", { name: "Settings" });
    await user.click(screen.getByRole("link", { name: "Support" }));
    expect(await screen.findByRole("heading", { name: "The run in question" })).toBeInTheDocument();
  });

  it("is read with the same views, and replayed to the same failure", async () => {
    const { user } = openApp({ at: "#/support" });
    await user.click(await screen.findByRole("button", { name: "Open a bundle" }));
    expect(await screen.findByRole("heading", { name: "The run in question" })).toBeInTheDocument();
    expect(screen.getByRole("table", { name: "Runs of the bundle" })).toBeInTheDocument();
    expect(screen.getByRole("table", { name: "Contents of the bundle" })).toBeInTheDocument();
    expect(screen.getByRole("heading", { name: "What was found after the failed sync" })).toBeInTheDocument();
    expect(screen.getByText("Port 443 takes connections."), "each step with what it found").toBeInTheDocument();
    expect(screen.queryByText("This run cannot be replayed")).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Replay 4 exchanges" }));
    expect(await screen.findByText("The same failure, seen here")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.getByText("No bundle is open")).toBeInTheDocument());
  });

  it("says what is not in it: a finding, a replay, and what was only recorded", async () => {
    const fake = fakeBackend({ ticks: standing(), largest: 2000 });
    const notReplayable = "The run took in what the CRM had sent by itself.";
    let isRecorded = false;
    const openBundle: typeof fake.commands.openBundle = async () => {
      const opened = await fake.commands.openBundle();
      if (opened.status === "error" || opened.data === null) return opened;
      const manifest = isRecorded ? opened.data.manifest : { ...opened.data.manifest, notReplayable };
      return { ...opened, data: { ...opened.data, finding: null, exchanges: isRecorded ? 1 : 0, manifest } };
    };
    const replayBundle: typeof fake.commands.replayBundle = async (file) => {
      const done = await fake.commands.replayBundle(file);
      if (done.status === "error") return done;
      return { ...done, data: { ...done.data, onlyRecorded: "No request was made." } };
    };
    const { user } = openApp({ at: "#/support", commands: { openBundle, replayBundle } });
    await user.click(await screen.findByRole("button", { name: "Open a bundle" }));
    expect(await screen.findByText("This run cannot be replayed")).toBeInTheDocument();
    expect(screen.getByText(notReplayable)).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Replay 0 exchanges" })).toBeDisabled();
    expect(screen.queryByRole("heading", { name: /^What was found/ })).not.toBeInTheDocument();

    isRecorded = true;
    await user.click(screen.getByRole("button", { name: "Close" }));
    await user.click(await screen.findByRole("button", { name: "Open a bundle" }));
    await user.click(await screen.findByRole("button", { name: "Replay 1 exchange" }));
    expect(await screen.findByText(/No request left this computer.*No request was made/)).toBeInTheDocument();
  });
});
