/** What the palette offers. */
import { use } from "react";

import type { ConnectionRow } from "../ipc/types";
import { LiveContext } from "../ipc/live";
import { byUrgency, canSync, stateWords } from "../words/state";
import type { Actions } from "./actions";
import type { Entry } from "./Palette";
import { CONNECTION_TABS, go, to } from "./route";

const TAB_WORDS: Record<(typeof CONNECTION_TABS)[number], string> = {
  health: "Health",
  contacts: "Contacts",
  changes: "Changes",
  activity: "Activity",
  webhooks: "Webhooks",
  settings: "Settings",
};

const THEMES = [
  { theme: "light", title: "Use the light theme" },
  { theme: "dark", title: "Use the dark theme" },
  { theme: "system", title: "Use the system’s theme" },
] as const;

function syncAll(rows: ConnectionRow[], actions: Actions): void {
  for (const { connection } of rows.filter(canSync)) void actions.sync(connection);
}

/** Connections first, worst first, then screens, then what can be done with each connection. */
export function useEntries(rows: ConnectionRow[], actions: Actions, onShortcuts: () => void): Entry[] {
  const live = use(LiveContext);
  const sorted = [...rows].sort(byUrgency);
  return [
    ...sorted.map(({ connection, health, providerName }) => ({
      id: `open ${connection.id}`,
      icon: stateWords(health.state).icon,
      title: connection.name,
      hint: `${providerName} · ${stateWords(health.state).word}`,
      run: () => go(to.connection(connection.id)),
    })),
    { id: "overview", icon: "overview", title: "Overview", hint: "Screen", run: () => go(to.overview) },
    { id: "connect", icon: "plus", title: "Connect a CRM", hint: "Screen", run: () => go(to.connect()) },
    { id: "support", icon: "support", title: "Support", hint: "Screen", run: () => go(to.support) },
    { id: "settings", icon: "settings", title: "Settings", hint: "Screen", run: () => go(to.settings) },
    { id: "sync all", icon: "sync", title: "Sync all connections", hint: "Action", run: () => syncAll(sorted, actions) },
    ...THEMES.map(({ theme, title }) => ({
      id: `theme ${theme}`,
      icon: "settings" as const,
      title,
      hint: "Action",
      run: () => void actions.setPreference({ theme }),
    })),
    { id: "keys", icon: "info", title: "Keyboard shortcuts", hint: "Help", run: onShortcuts },
    ...sorted.flatMap((row) => entriesOf(row, live.run(row.connection.id) !== undefined, actions)),
  ];
}

function entriesOf({ connection }: ConnectionRow, isRunning: boolean, actions: Actions): Entry[] {
  const { id, name } = connection;
  const paused = typeof connection.pausedAt === "string";
  return [
    { id: `sync ${id}`, icon: "sync", title: `Sync ${name}`, hint: "Action", run: () => void actions.sync(connection) },
    { id: `full ${id}`, icon: "sync", title: `Sync ${name} in full`, hint: "Action", run: () => void actions.sync(connection, { full: true }) },
    { id: `sign in ${id}`, icon: "key", title: `Sign in to ${name} again`, hint: "Action", run: () => go(to.connection(id, "settings", "credentials")) },
    ...(isRunning
      ? [{ id: `cancel ${id}`, icon: "cross" as const, title: `Cancel the run of ${name}`, hint: "Action", run: () => void actions.perform("cancel", id) }]
      : []),
    { id: `verify ${id}`, icon: "verify", title: `Verify ${name}`, hint: "Action", run: () => void actions.verify(connection) },
    {
      id: `pause ${id}`,
      icon: paused ? "play" : "pause",
      title: `${paused ? "Resume" : "Pause"} ${name}`,
      hint: "Action",
      run: () => void actions.perform(paused ? "resume" : "pause", id),
    },
    { id: `bundle ${id}`, icon: "export", title: `Export a bundle of ${name}`, hint: "Action", run: () => actions.exportBundle(id, null) },
    ...CONNECTION_TABS.filter((tab) => tab !== "health").map((tab) => ({
      id: `${tab} ${id}`,
      icon: "right" as const,
      title: `${name}: ${TAB_WORDS[tab]}`,
      hint: "Screen",
      run: () => go(to.connection(id, tab)),
    })),
  ];
}

/** Entries that hold every word that was typed, in any order. Without a word, the first of them. */
export function matching(entries: Entry[], text: string): Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries.slice(0, 12);
  return entries
    .filter(({ title, hint }) => words.every((word) => `${title} ${hint}`.toLowerCase().includes(word)))
    .slice(0, 40);
}
