/** Where news goes: a person sets it, the environment wins, and what is wrong is said where it was typed. */
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import type { ReportingView } from "../ipc/types";
import { openApp } from "./app";

const NOTHING: ReportingView = { alertWebhook: null, otlpEndpoint: null, notPosted: null };

/** The settings over what the environment and the last post say. */
function openSettings(reporting: Partial<ReportingView> = {}) {
  const fake = fakeBackend({ ticks: standing(), largest: 2000 });
  const setPreferences = vi.fn(fake.commands.setPreferences);
  const answer = () => Promise.resolve({ status: "ok" as const, data: { ...NOTHING, ...reporting } });
  const app = openApp({ at: "#/settings", backend: fake, commands: { setPreferences, reporting: answer } });
  return { ...app, setPreferences };
}

describe("where news goes", () => {
  it("is kept beside all else that was chosen, and taken away again", async () => {
    const { user, backend, setPreferences } = openSettings();
    const webhook = await screen.findByRole("textbox", { name: /^Webhook for alerts/ });
    const save = screen.getByRole("button", { name: "Save: Webhook for alerts" });
    expect(save, "nothing has changed").toBeDisabled();
    await user.type(webhook, "https://hooks.example/a");
    await user.click(save);
    expect(await screen.findByText("Webhook for alerts: set")).toBeInTheDocument();
    const kept = await backend.commands.preferences();
    expect(kept).toMatchObject({ status: "ok", data: { alertWebhook: "https://hooks.example/a", otlpEndpoint: null, notifications: true } });

    await user.clear(webhook);
    await user.click(save);
    await waitFor(() => expect(setPreferences).toHaveBeenLastCalledWith(expect.objectContaining({ alertWebhook: null })));
  });

  it("is refused with the reason beside the box, and what was typed stays", async () => {
    const { user } = openSettings();
    const collector = await screen.findByRole("textbox", { name: /^Collector of traces/ });
    await user.type(collector, "http://collector.example");
    await user.click(screen.getByRole("button", { name: "Save: Collector of traces" }));
    await waitFor(() => expect(collector).toHaveAccessibleDescription(/must be an address that begins with https/));
    expect(collector).toBeInvalid();
    expect(collector).toHaveValue("http://collector.example");
    expect(collector, "when it takes effect").toHaveAccessibleDescription(/when the app is next started/);
  });

  it("is shown and left alone where the environment sets it", async () => {
    openSettings({ otlpEndpoint: "https://collector.example" });
    const collector = await screen.findByRole("textbox", { name: /^Collector of traces/ });
    expect(collector).toHaveValue("https://collector.example");
    expect(collector).toHaveAttribute("readonly");
    expect(collector).toHaveAccessibleDescription(/NURTUREHUB_OTLP_ENDPOINT/);
    expect(screen.queryByRole("button", { name: "Save: Collector of traces" })).not.toBeInTheDocument();
    expect(screen.getByRole("textbox", { name: /^Webhook for alerts/ }), "the other one is not").not.toHaveAttribute("readonly");
  });

  it("says that an alert did not go through", async () => {
    openSettings({ notPosted: "The webhook answered 404. See that its address is right." });
    expect(await screen.findByText("The last alert could not be posted")).toBeInTheDocument();
    expect(screen.getByText(/The webhook answered 404/)).toBeInTheDocument();
  });
});
