/** Every command that is an action is reached from the palette, and no entry promises what it does not do. */
import { describe, expect, it } from "vitest";

import names from "../../../src-tauri/src/commands/names.in?raw";
import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import type { CommandName } from "../ipc/cache";
import type { Actions } from "./actions";
import type { Entry } from "./Palette";
import { appEntries, screenEntries } from "./paletteEntries";
import { entriesOf } from "./paletteOfConnection";

/** What no person asks for by itself: readings, and the steps of something that is under way. */
const NO_ACTION: CommandName[] = [
  "appInfo", "preferences", "providers", "overview", "disconnected", "running", "platform", "reporting",
  "connectDefaults", "chooseFile", "openSignInAgain", "pasteSignInAddress", "cancelSignIn",
];

/** Actions that do nothing but note which command they would send. */
function noting(): { actions: Actions; sent: CommandName[] } {
  const sent: CommandName[] = [];
  const note = (name: CommandName) => {
    sent.push(name);
    return Promise.resolve(undefined);
  };
  const actions = {
    perform: (name: CommandName) => {
      void note(name);
      return Promise.resolve(name === "activities" ? { activities: [{ id: "a" }] } : undefined);
    },
    sync: () => note("sync"),
    verify: () => note("verify"),
    openBundle: () => note("openBundle"),
    openData: () => note("openDataSet"),
    setPreference: () => note("setPreferences"),
    exportBundle: () => void note("prepareBundle"),
  };
  return { actions: actions as unknown as Actions, sent };
}

/** The entries of an app whose connections are in every state. */
async function allEntries(actions: Actions): Promise<Entry[]> {
  const { commands } = fakeBackend({ ticks: standing(), largest: 2000 });
  const answered = async <T>(answer: Promise<{ status: "ok"; data: T } | { status: "error" }>): Promise<T> => {
    const result = await answer;
    if (result.status === "error") throw new Error("the fake failed");
    return result.data;
  };
  const [rows, info, preferences, providers] = await Promise.all([
    answered(commands.overview()),
    answered(commands.appInfo()),
    answered(commands.preferences()),
    answered(commands.providers()),
  ]);
  const paused = rows.map((row) => ({ ...row, connection: { ...row.connection, id: `${row.connection.id}-paused`, pausedAt: "2026-11-23T08:00:00Z" } }));
  return [
    ...screenEntries(),
    ...appEntries(rows, { info, preferences, providers }, actions),
    ...[...rows, ...paused].flatMap((row) =>
      entriesOf(row, { provider: providers.find(({ id }) => id === row.connection.provider), isRunning: true }, actions),
    ),
  ];
}

describe("the palette", () => {
  it("leads to every command of the shell that is an action", async () => {
    const entries = await allEntries(noting().actions);
    const reached = new Set<string>([...NO_ACTION, ...entries.flatMap(({ leadsTo = [] }) => leadsTo)]);
    const declared = [...names.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
    expect(declared.length).toBeGreaterThan(40);
    expect(declared.filter((name) => !reached.has(name))).toEqual([]);
    expect([...reached].filter((name) => !declared.includes(name)), "none that is no more").toEqual([]);
  });

  it("has entries that each send a command of theirs, or go to a place of their connection", async () => {
    const { actions, sent } = noting();
    const entries = await allEntries(actions);
    expect(new Set(entries.map(({ id }) => id)).size, "each has a name of its own").toBe(entries.length);
    for (const entry of entries) {
      sent.length = 0;
      window.location.hash = "#/nowhere";
      entry.run();
      await Promise.resolve();
      await Promise.resolve();
      const hasGone = window.location.hash !== "#/nowhere";
      const hasSent = sent.some((name) => entry.leadsTo?.includes(name));
      expect(hasGone !== hasSent, `${entry.title}: ${sent.join()} ${window.location.hash}`).toBe(true);
    }
  });

  it("sends nothing away at once", async () => {
    const { actions, sent } = noting();
    for (const entry of await allEntries(actions)) entry.run();
    expect(sent.filter((name) => name === "push" || name === "disconnect" || name === "reauthorize")).toEqual([]);
  });
});
