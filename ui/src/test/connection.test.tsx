/** The parts of a connection: what each shows and does, and what it says when it cannot. */
import { cleanup, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import type { Json, RunDetail, RunKind, RunStatus, VerifyStep } from "../ipc/types";
import { openApp } from "./app";

const fake = () => fakeBackend({ ticks: standing(), largest: 2000 }).commands;
const at = (tab: string, id = "reapit-vale") => `#/connection/${id}/${tab}`;

describe("health", () => {
  it("shows a check where it was started, and no news of it besides", async () => {
    const { user } = openApp({ at: at("health") });
    await user.click(await screen.findByRole("button", { name: "Verify" }));
    expect(await screen.findByRole("heading", { name: "Every check passed" })).toBeInTheDocument();
    expect(screen.queryByText("Vale Lettings: every check passed")).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Close the check" }));
    expect(screen.queryByRole("heading", { name: "Every check passed" })).not.toBeInTheDocument();
  });

  it("says until when a run waits and why, also one of another program", async () => {
    const { connection } = fake();
    const until = new Date(Date.now() + 3_600_000 * 24 * 3650).toISOString();
    openApp({
      at: at("health"),
      commands: {
        connection: async (id) => {
          const answer = await connection(id);
          if (answer.status === "error") return answer;
          const health = { ...answer.data.health, activity: "waiting" as const, activityUntil: until, activityWhy: "The CRM asked to wait." };
          return { ...answer, data: { ...answer.data, health } };
        },
      },
    });
    expect(await screen.findByText(/^Waiting until \d\d:\d\d: The CRM asked to wait\.$/)).toBeInTheDocument();
  });

  it("opens a run to its counts and its requests", async () => {
    const { user } = openApp({ at: at("health") });
    const table = await screen.findByRole("table", { name: "Runs" });
    const [newest] = within(table).getAllByRole("button", { name: "Sync" });
    if (newest) await user.click(newest);
    const drawer = await screen.findByRole("dialog", { name: "Sync" });
    expect(within(drawer).getByText("The counts add up")).toBeInTheDocument();
    expect(within(drawer).getAllByText(/^GET \/contacts/).length).toBeGreaterThan(3);
  });

  it("shows what was found after a run that failed, and when", async () => {
    openApp({ at: at("health", "street-fenwick") });
    const found = await screen.findByRole("region", { name: "What was found after the failed sync" });
    const steps = within(found).getAllByRole("listitem");
    expect(steps.map((step) => within(step).getByRole("img").getAttribute("aria-label"))).toContain("Failed");
    expect(within(found).getByText(/the steps were taken/)).toBeInTheDocument();
    expect(within(found).getByText(/the token was revoked/)).toBeInTheDocument();
  });

  it("tells with a request what the CRM said about its limits", async () => {
    openApp({ at: `${at("health")}/reapit-vale-sync-27` });
    const requests = await screen.findByRole("table", { name: "Requests" });
    expect(within(requests).getByRole("columnheader", { name: "Limits" })).toBeInTheDocument();
    expect(within(requests).getByText("x-ratelimit-remaining: 46")).toBeInTheDocument();
  });

  /** The newest run of a connection, made into another. */
  const as = (part: Partial<RunDetail>) => {
    const { run } = fake();
    return {
      run: async (id: string) => {
        const answer = await run(id);
        return answer.status === "error" ? answer : { ...answer, data: { ...answer.data, ...part } };
      },
    };
  };
  const newest = `${at("health")}/reapit-vale-sync-27`;

  it("shows with a failed run what was found of it afterwards", async () => {
    const steps = [
      { step: "connect", status: "failed", detail: "No connection to NurtureHub could be made.", durationMs: 12, remedy: "Try again later." },
      { step: "tls", status: "skipped", detail: "Not tried, because the step `connect` failed.", durationMs: 0 },
    ] as VerifyStep[];
    const look = { at: new Date(0).toISOString(), verification: { ok: false, steps, ofPlatform: true } };
    openApp({ at: newest, commands: as({ kind: "push", status: "failed", report: {}, look }) });
    const drawer = await screen.findByRole("dialog", { name: "Push" });
    const found = within(drawer).getByRole("region", { name: "What was found afterwards" });
    expect(within(found).getAllByRole("listitem"), "those that lead to NurtureHub").toHaveLength(6);
    expect(within(found).getByText("NurtureHub takes connections")).toBeInTheDocument();
    expect(within(found).getByText(/because “NurtureHub takes connections” failed/)).toBeInTheDocument();
    expect(within(found).getByText(/Try again later/)).toBeInTheDocument();
  });

  it("shows what a write-back, a delivery and a renewed sign-in came to", async () => {
    const refused = [{ id: "note-7", status: "rejected", error: { message: "The contact is archived." } }] as Json;
    openApp({ at: newest, commands: as({ kind: "writeBack", status: "partial", report: { written: 41, duplicate: 2, rejected: 1, unsupported: 0, refused, error: null } }) });
    const written = await screen.findByRole("dialog", { name: "Write-back" });
    expect(within(written).getByText("41")).toBeInTheDocument();
    const list = within(written).getByRole("list", { name: "Activities that were not written" });
    expect(list).toHaveTextContent("note-7 The contact is archived.");
    cleanup();

    openApp({ at: newest, commands: as({ kind: "webhook", report: { accepted: true, duplicate: false, event: "person.updated", contacts: 3, activities: 0 } }) });
    const delivery = await screen.findByRole("dialog", { name: "Webhook" });
    expect(within(delivery).getByText("person.updated")).toBeInTheDocument();
    expect(within(delivery).getByText("3")).toBeInTheDocument();
    cleanup();

    openApp({ at: newest, commands: as({ kind: "keepAlive", report: {} }) });
    const renewed = await screen.findByRole("dialog", { name: "Sign-in kept alive" });
    expect(within(renewed).getByText(/^The sign-in was renewed/)).toBeInTheDocument();
  });

  it("shows of every kind of run where its time went", async () => {
    const spent = { waitingMs: 1200, throttledMs: 300, mappingMs: 38, storingMs: 45 };
    const cases: [RunKind, Json, string][] = [
      ["sync", { spent }, "Time spent waiting for the CRM 1.2 s, for limits 300 ms, reading 38 ms, storing 45 ms. These go on side by side."],
      ["push", { dryRun: true, wouldSend: 3, spent }, "Time spent waiting for NurtureHub 1.2 s, for limits 300 ms, putting together 38 ms, storing 45 ms."],
      ["push", { spent: { waitingMs: 1200, throttledMs: 300 } }, "Time spent waiting for NurtureHub 1.2 s, for limits 300 ms."],
      ["verify", { steps: [], spent }, "Time spent waiting for the CRM 1.2 s, for limits 300 ms, reading 38 ms, storing 45 ms."],
      ["verify", { steps: [], ofPlatform: true, spent }, "Time spent waiting for NurtureHub 1.2 s, for limits 300 ms, reading 38 ms, storing 45 ms."],
      ["writeBack", { written: 1, spent }, "Time spent waiting for the CRM and NurtureHub 1.2 s, for limits 300 ms, putting together 38 ms, storing 45 ms."],
      ["webhook", { contacts: 1, spent }, "Time spent waiting for the CRM 1.2 s, for limits 300 ms, reading 38 ms, storing 45 ms."],
      ["keepAlive", { spent }, "Time spent waiting for the CRM 1.2 s, for limits 300 ms, reading 38 ms, storing 45 ms."],
    ];
    for (const [kind, report, words] of cases) {
      openApp({ at: newest, commands: as({ kind, status: "succeeded", report }) });
      const drawer = await screen.findByRole("dialog");
      expect(within(drawer).getByText(words)).toBeInTheDocument();
      cleanup();
    }
    openApp({ at: newest, commands: as({ kind: "verify", status: "succeeded", report: { steps: [] } }) });
    const old = await screen.findByRole("dialog");
    expect(within(old).queryByText(/^Time spent/)).not.toBeInTheDocument();
  });

  it("claims nothing of a failed run that its report does not say", async () => {
    openApp({ at: "#/connection/loop-bright/health/loop-bright-sync-27" });
    const drawer = await screen.findByRole("dialog", { name: "Sync" });
    expect(within(drawer).getByText("The CRM is not working")).toBeInTheDocument();
    expect(within(drawer).queryByText("Mode")).not.toBeInTheDocument();
  });
});

describe("the proof of a sync", () => {
  /** The run's detail as it is, with another ending and other figures in its proof. */
  const ended = (status: RunStatus, listed: number) => {
    const { run } = fake();
    return {
      run: async (id: string) => {
        const answer = await run(id);
        if (answer.status === "error") return answer;
        const report = answer.data.report as Record<string, Json>;
        const proof = report.proof as Record<string, Json>;
        return { ...answer, data: { ...answer.data, status, report: { ...report, proof: { ...proof, listed } } } };
      },
    };
  };
  const opened = () => screen.findByRole("dialog", { name: "Sync" });
  const address = `${at("health")}/reapit-vale-sync-27`;

  it("is a green light only for one that came to its end", async () => {
    openApp({ at: address, commands: ended("cancelled", 300) });
    expect(await within(await opened()).findByText("Up to where it stopped, the counts add up")).toBeInTheDocument();
  });

  it("is not claimed of nothing", async () => {
    openApp({ at: address, commands: ended("failed", 0) });
    expect(await within(await opened()).findByText("Pages")).toBeInTheDocument();
    expect(screen.queryByText(/counts add up/)).not.toBeInTheDocument();
  });
});

describe("changes", () => {
  it("are shown before and after, the first of them at once", async () => {
    openApp({ at: at("changes") });
    const full = await screen.findByRole("complementary", { name: "The change in full" });
    await waitFor(() => expect(within(full).getByText("Phones")).toBeInTheDocument());
    expect(within(full).getByText(/07700 900000|\+44 7700 900000/)).toBeInTheDocument();
    const [first] = await screen.findAllByRole("row", { selected: true });
    expect(first).toHaveAttribute("aria-rowindex", "2");
  });

  it("can be selected all at once", async () => {
    const push = vi.fn(() => new Promise<never>(() => undefined));
    const { user } = openApp({ at: at("changes"), commands: { push } });
    await user.click(await screen.findByRole("button", { name: "Select all 5" }));
    await user.click(await screen.findByRole("button", { name: "Push 5 selected" }));
    await user.click(await screen.findByRole("button", { name: "Send 5" }));
    expect(push).toHaveBeenCalledWith("reapit-vale", ["C100000", "C100001", "C100002", "C100003", "C100004"]);
  });

  it("are selected and let go with the space bar", async () => {
    const { user } = openApp({ at: at("changes") });
    const grid = await screen.findByRole("grid", { name: "Changes" });
    await screen.findAllByRole("checkbox", { name: /^Select/ });
    grid.focus();
    await user.keyboard("{ArrowDown} ");
    expect(await screen.findByRole("button", { name: "Push 1 selected" })).toBeInTheDocument();
    expect(screen.getAllByRole("checkbox", { name: /^Select/ })[1]).toBeChecked();
    await user.keyboard(" ");
    expect(await screen.findByRole("button", { name: "Push all 5" })).toBeInTheDocument();
  });

  it("that were refused come back with the reason, and can be sent again", async () => {
    const { user, tick } = openApp({ at: at("changes/blocked", "reapit-harcourt") });
    await user.click(await screen.findByRole("button", { name: "Retry refused" }));
    const dialog = await screen.findByRole("dialog", { name: "Send 3 records to NurtureHub?" });
    expect(screen.getAllByText("NurtureHub keeps this name for its own test contacts.").length).toBeGreaterThan(0);
    await user.click(within(dialog).getByRole("button", { name: "Send 3" }));
    await tick(20);
    expect(await screen.findByText(/3 records sent/)).toBeInTheDocument();
    await waitFor(() => expect(screen.getByRole("button", { name: /^Blocked 0/ })).toBeInTheDocument());
  });

  it("of removals in doubt cannot be sent", async () => {
    openApp({ at: at("changes/blocked", "alto-marlow") });
    const [box] = await screen.findAllByRole("checkbox", { name: /^Select/ });
    expect(box).toBeDisabled();
    expect(await screen.findByRole("link", { name: "Review the removals" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Retry refused" })).not.toBeInTheDocument();
  });
});

describe("activity", () => {
  it("that was refused says why, and is tried again", async () => {
    const retryActivities = vi.fn(fake().retryActivities);
    const { user } = openApp({ at: at("activity"), commands: { retryActivities } });
    expect((await screen.findAllByText("The contact has been archived in the CRM.")).length).toBe(3);
    await user.click(screen.getByRole("button", { name: "Retry 3 refused" }));
    await waitFor(() => expect(retryActivities).toHaveBeenCalledOnce());
    expect(retryActivities.mock.calls[0]?.[1]).toHaveLength(3);
    expect(await screen.findByText("3 activities written to Reapit")).toBeInTheDocument();
  });
});

describe("webhooks", () => {
  it("have an address to copy only while the receiver listens", async () => {
    const { user } = openApp({ at: at("webhooks") });
    const receiver = within(await screen.findByRole("region", { name: "Receiver" }));
    await user.click(receiver.getByRole("button", { name: "Stop" }));
    expect(await receiver.findByText("Stopped")).toBeInTheDocument();
    expect(receiver.queryByRole("button", { name: "Copy the address" })).not.toBeInTheDocument();
    await user.click(receiver.getByRole("button", { name: "Start" }));
    expect(await receiver.findByText("http://127.0.0.1:48628/webhooks")).toBeInTheDocument();
    expect(receiver.getByRole("button", { name: "Copy the address" })).toBeInTheDocument();
  });

  it("that wait are replayed", async () => {
    const { user } = openApp({ at: at("webhooks") });
    await user.click(await screen.findByRole("button", { name: "Replay 1 waiting" }));
    expect(await screen.findByText("1 delivery replayed")).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByText("Waiting for replay")).not.toBeInTheDocument());
  });

  it("that were turned away are shown with the reason, for as long as the receiver is open", async () => {
    const { user } = openApp({ at: at("webhooks") });
    const away = within(await screen.findByRole("region", { name: "Turned away" }));
    expect(away.getByRole("row", { name: /contacts\.modified Duplicate .* nothing was done again/ })).toBeInTheDocument();
    expect(away.getByRole("row", { name: /Not read Refused .* Check the webhook secret/ })).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Turned away" })).not.toBeInTheDocument());
  });

  it("are tested with a pasted payload, whose signature is checked unless one says otherwise", async () => {
    const testWebhook = vi.fn(fake().testWebhook);
    const { user } = openApp({ at: at("webhooks"), commands: { testWebhook } });
    await user.click(await screen.findByRole("button", { name: "Test a payload" }));
    const dialog = await screen.findByRole("dialog", { name: "Test a payload" });
    await user.click(within(dialog).getByLabelText("Payload"));
    await user.paste('{"topicId":"applicants.created"}');
    await user.click(within(dialog).getByRole("button", { name: "Take it in" }));
    expect(await within(dialog).findByText("The sender could not be proven")).toBeInTheDocument();
    await user.click(within(dialog).getByRole("switch", { name: "Check the signature" }));
    await user.click(within(dialog).getByRole("button", { name: "Take it in" }));
    expect(await within(dialog).findByText("Taken in: applicants.created")).toBeInTheDocument();
    expect(testWebhook.mock.calls.map(([, , , isChecked]) => isChecked)).toEqual([true, false]);
  });
});

describe("settings", () => {
  it("say what keeps a schedule from running", async () => {
    const row = await fake().connection("street-fenwick");
    if (row.status === "error") throw new Error(row.error.message);
    const schedule = { ...row.data.schedule, everyMinutes: 60, nextAt: null };
    const connection = () => Promise.resolve({ status: "ok" as const, data: { ...row.data, schedule } });
    openApp({ at: at("settings", "street-fenwick"), commands: { connection } });
    expect(await screen.findByText("Nothing syncs until somebody signs in again.")).toBeInTheDocument();
    expect(screen.queryByText("Nothing runs until somebody starts it.")).not.toBeInTheDocument();
  });

  it("show what the CRM refused when somebody signs in again, and fold what was right", async () => {
    const { user } = openApp({ at: at("settings/credentials", "street-fenwick") });
    const dialog = await screen.findByRole("dialog", { name: "Sign in to Street again" });
    expect(within(dialog).getByText("The sign-in was withdrawn")).toBeInTheDocument();
    expect(within(dialog).getByText(/Make a new token in Street/)).toBeInTheDocument();
    expect(within(dialog).getByLabelText(/^Token/)).toBeInTheDocument();
    expect(within(dialog).queryByLabelText(/^Page size/)).not.toBeInTheDocument();
    await user.click(within(dialog).getByRole("button", { name: "Other settings" }));
    expect(within(dialog).getByLabelText(/^Page size/)).toBeInTheDocument();
  });

  it("say nothing of a refusal where there was none", async () => {
    openApp({ at: at("settings/credentials", "agentos-kingsway") });
    const dialog = await screen.findByRole("dialog", { name: "Sign in to agentOS again" });
    expect(within(dialog).queryByText("What to do:")).not.toBeInTheDocument();
  });

  it("disconnect only once that is confirmed, and keep the contacts", async () => {
    const disconnect = vi.fn(fake().disconnect);
    const { user } = openApp({ at: at("settings"), commands: { disconnect } });
    await user.click(await screen.findByRole("button", { name: "Disconnect…" }));
    const dialog = await screen.findByRole("dialog", { name: "Disconnect Vale Lettings?" });
    await user.click(within(dialog).getByRole("button", { name: "Keep it" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(disconnect).not.toHaveBeenCalled();
    await user.click(screen.getByRole("button", { name: "Disconnect…" }));
    await user.click(await screen.findByRole("button", { name: "Disconnect" }));
    expect(disconnect).toHaveBeenCalledExactlyOnceWith("reapit-vale", false);
    expect(await screen.findByRole("heading", { name: "Overview" })).toBeInTheDocument();
  });

  it("are reached from the palette, each at its field", async () => {
    const { user } = openApp();
    await screen.findByRole("heading", { name: "Overview" });
    for (const [words, label] of [
      ["rename vale", "What you and your colleagues call it"],
      ["schedule vale", "Sync by itself"],
    ] as const) {
      await user.keyboard("{Control>}k{/Control}");
      await user.type(await screen.findByRole("combobox", { name: "Find or do" }), `${words} lettings{Enter}`);
      await waitFor(() => expect(screen.getByLabelText(label)).toHaveFocus());
    }
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: "Find or do" }), "push vale{Enter}");
    expect(await screen.findByRole("dialog", { name: "Send 5 records to NurtureHub?" })).toBeInTheDocument();
  });

  it("delete local data only once the connection’s name has been typed", async () => {
    const disconnect = vi.fn(fake().disconnect);
    const { user } = openApp({ at: at("settings"), commands: { disconnect } });
    await user.click(await screen.findByRole("button", { name: "Delete…" }));
    const confirm = await screen.findByRole("button", { name: "Delete for good" });
    expect(confirm).toBeDisabled();
    await user.type(screen.getByLabelText("Type “Vale Lettings” to confirm"), "Vale Lettings");
    await user.click(confirm);
    expect(disconnect).toHaveBeenCalledWith("reapit-vale", true);
    expect(await screen.findByRole("heading", { name: "Overview" })).toBeInTheDocument();
  });

  it("rename, schedule and pause", async () => {
    const commands = { setSchedule: vi.fn(fake().setSchedule) };
    const { user } = openApp({ at: at("settings"), commands });
    const name = await screen.findByLabelText("What you and your colleagues call it");
    await user.clear(name);
    await user.type(name, "Vale, Bath{Enter}");
    expect(await screen.findByRole("heading", { level: 1, name: /Vale, Bath/ })).toBeInTheDocument();
    await user.click(screen.getByRole("combobox", { name: "Sync by itself" }));
    await user.click(await screen.findByRole("option", { name: "Every hour" }));
    expect(commands.setSchedule).toHaveBeenCalledWith("reapit-vale", 60);
    await user.click(screen.getByRole("button", { name: "Pause" }));
    await waitFor(() => expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Paused"));
  });
});

describe("a part that cannot be read", () => {
  it.each(["contacts", "changes", "activity", "webhooks"])("says so in %s, with a way to try again and a bundle", async (tab) => {
    const broken = () => Promise.reject(new Error("the store is locked"));
    openApp({ at: at(tab), commands: { contacts: broken, preview: broken, activities: broken, webhooks: broken } });
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("the store is locked");
    expect(within(alert).getByRole("button", { name: "Try again" })).toBeInTheDocument();
    expect(within(alert).getByRole("button", { name: "Export bundle" })).toBeInTheDocument();
  });
});

describe("a connection that has never synced", () => {
  it.each([
    ["health", "Nothing has run yet"],
    ["contacts", "No contacts yet"],
    ["changes", "Nothing to compare yet"],
  ])("says in %s what the first sync will bring", async (tab, words) => {
    const { user } = openApp({ at: "#/connect/street" });
    await user.type(await screen.findByLabelText(/^Agency on NurtureHub/), "new");
    await user.type(screen.getByLabelText(/^Token/), "a token");
    await user.click(screen.getByRole("button", { name: "Connect" }));
    await user.click(await screen.findByRole("link", { name: "Later" }));
    await user.click(await screen.findByRole("tab", { name: new RegExp(`^${tab}`, "i") }));
    expect(await screen.findByText(words)).toBeInTheDocument();
    if (tab === "health") return;
    await user.click(screen.getByRole("button", { name: "Run the first sync" }));
    expect(await screen.findByRole("progressbar", { name: "Progress of the sync" })).toBeInTheDocument();
  });
});

describe("a connection that was ended", () => {
  it("has its contacts still, and they are deleted once its name has been typed", async () => {
    const { user } = openApp({ at: at("settings/disconnect", "alto-marlow") });
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Disconnect" }));
    await user.click(await screen.findByRole("link", { name: "Data kept of Marlow Estates, disconnected" }));
    expect(await screen.findByText("Disconnected")).toBeInTheDocument();
    expect(await screen.findByRole("grid", { name: "Contacts of Marlow Estates" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Sync" }), "there is nothing to sync with").not.toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Connect again" })).toHaveAttribute("href", "#/connect/alto");

    await user.click(screen.getByRole("button", { name: "Delete stored data…" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete the data of Marlow Estates?" });
    expect(within(dialog).getByRole("button", { name: "Delete for good" })).toBeDisabled();
    await user.type(within(dialog).getByRole("textbox"), "Marlow Estates");
    await user.click(within(dialog).getByRole("button", { name: "Delete for good" }));
    await screen.findByRole("heading", { name: "Overview" });
    await waitFor(() => expect(screen.queryByRole("link", { name: /^Data kept of/ })).not.toBeInTheDocument());
  });
});
