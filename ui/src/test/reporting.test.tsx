/** Where news goes: a person sets it, the environment wins, and what is wrong is said where it was typed. */
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import type { ReportingView } from "../ipc/types";
import { openApp } from "./app";

const NOTHING: ReportingView = { alertWebhook: null, otlpEndpoint: null, notPosted: null };

/** The settings over what the environment and the last post say; over what is kept, where nothing is said. */
function openSettings(reporting?: Partial<ReportingView>) {
  const fake = fakeBackend({ ticks: standing(), largest: 2000 });
  const setPreferences = vi.fn(fake.commands.setPreferences);
  const answer = () => Promise.resolve({ status: "ok" as const, data: { ...NOTHING, ...reporting } });
  const app = openApp({ at: "#/settings", backend: fake, commands: { setPreferences, ...(reporting ? { reporting: answer } : {}) } });
  return { ...app, setPreferences };
}

describe("where news goes", () => {
  it("is kept beside all else that was chosen, and taken away again", async () => {
    const { user, backend, setPreferences } = openSettings();
    const collector = await screen.findByRole("textbox", { name: /^Collector of traces/ });
    const save = screen.getByRole("button", { name: "Save: Collector of traces" });
    expect(save, "nothing has changed").toBeDisabled();
    await user.type(collector, "https://collector.example/a");
    await user.click(save);
    expect(await screen.findByText("Collector of traces: set")).toBeInTheDocument();
    const kept = await backend.commands.preferences();
    expect(kept).toMatchObject({ status: "ok", data: { otlpEndpoint: "https://collector.example/a", notifications: true } });

    await user.clear(collector);
    await user.click(save);
    await waitFor(() => expect(setPreferences).toHaveBeenLastCalledWith(expect.objectContaining({ otlpEndpoint: null })));
  });

  it("is a secret where it is a webhook: the host alone is shown, and it is replaced or taken away", async () => {
    const { user } = openSettings();
    const webhook = await screen.findByRole("textbox", { name: /^Webhook for alerts/ });
    await user.type(webhook, "https://hooks.example/T0/the-secret");
    await user.click(screen.getByRole("button", { name: "Save: Webhook for alerts" }));
    const replace = await screen.findByRole("button", { name: "Replace: Webhook for alerts" });
    expect(replace, "nothing is typed").toBeDisabled();
    expect(webhook).toHaveValue("");
    expect(webhook).toHaveAccessibleDescription(/hooks\.example is told now/);
    expect(document.body.innerHTML).not.toContain("the-secret");

    await user.type(webhook, "http://elsewhere.example");
    await user.click(replace);
    await waitFor(() => expect(webhook).toHaveAccessibleDescription(/must be an address that begins with https/));
    await user.clear(webhook);
    await user.click(screen.getByRole("button", { name: "Remove: Webhook for alerts" }));
    expect(await screen.findByText("Webhook for alerts: none any more")).toBeInTheDocument();
    expect(await screen.findByRole("button", { name: "Save: Webhook for alerts" })).toBeInTheDocument();
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

  it("is shown by its host alone where the environment sets a webhook", async () => {
    openSettings({ alertWebhook: { host: "hooks.example", fromEnvironment: true } });
    const webhook = await screen.findByRole("textbox", { name: /^Webhook for alerts/ });
    expect(webhook).toHaveValue("hooks.example");
    expect(webhook).toHaveAttribute("readonly");
    expect(webhook).toHaveAccessibleDescription(/NURTUREHUB_ALERT_WEBHOOK/);
  });

  it("says that an alert did not go through", async () => {
    openSettings({ notPosted: "The webhook answered 404. See that its address is right." });
    expect(await screen.findByText("The last alert could not be posted")).toBeInTheDocument();
    expect(screen.getByText(/The webhook answered 404/)).toBeInTheDocument();
  });
});
