/** What the palette offers. */
import { use } from "react";

import { useRead } from "../ipc/cache";
import { LiveContext } from "../ipc/live";
import type { AppInfo, ConnectionRow, Preferences, ProviderView } from "../ipc/types";
import { TEXT_SIZES } from "../settings/sizes";
import { isDocumented } from "../words/capabilities";
import { byUrgency, canSync, stateWords } from "../words/state";
import type { Actions } from "./actions";
import type { Entry } from "./Palette";
import { entriesOf } from "./paletteOfConnection";
import { go, to } from "./route";

const THEMES = [
  { theme: "light", title: "Use the light theme" },
  { theme: "dark", title: "Use the dark theme" },
  { theme: "system", title: "Use the system’s theme" },
] as const;

/** Connections first, worst first, then screens, then what can be done with the app and with each connection. */
export function useEntries(rows: ConnectionRow[], actions: Actions, onShortcuts: () => void): Entry[] {
  const live = use(LiveContext);
  const { data: info } = useRead("appInfo", []);
  const { data: preferences } = useRead("preferences", []);
  const { data: providers = [] } = useRead("providers", []);
  const sorted = [...rows].sort(byUrgency);
  return [
    ...sorted.map(({ connection, health, providerName }) => ({
      id: `open ${connection.id}`,
      icon: stateWords(health.state).icon,
      title: connection.name,
      hint: `${providerName} · ${stateWords(health.state).word}`,
      run: () => go(to.connection(connection.id)),
    })),
    ...screenEntries(),
    ...appEntries(sorted, { info, preferences, providers }, actions),
    { id: "keys", icon: "info", title: "Keyboard shortcuts", hint: "Help", run: onShortcuts },
    ...sorted.flatMap((row) => {
      const { id, provider } = row.connection;
      const known = { provider: providers.find((one) => one.id === provider), isRunning: live.run(id) !== undefined };
      return entriesOf(row, known, actions);
    }),
  ];
}

/** The places that are always there. */
export function screenEntries(): Entry[] {
  return [
    { id: "overview", icon: "overview", title: "Overview", hint: "Screen", run: () => go(to.overview) },
    { id: "connect", icon: "plus", title: "Connect a CRM", hint: "Screen", leadsTo: ["connect"], run: () => go(to.connect()) },
    { id: "support", icon: "support", title: "Support", hint: "Screen", leadsTo: ["replayBundle"], run: () => go(to.support) },
    { id: "settings", icon: "settings", title: "Settings", hint: "Screen", run: () => go(to.settings) },
  ];
}

type Known = { info: AppInfo | undefined; preferences: Preferences | undefined; providers: ProviderView[] };

/** What can be done with the app itself. */
export function appEntries(rows: ConnectionRow[], { info, preferences, providers }: Known, actions: Actions): Entry[] {
  const set = (part: Partial<Preferences>) => () => void actions.setPreference(part);
  const isSandbox = info?.dataSet === "sandbox";
  return [
    { id: "sync all", icon: "sync", title: "Sync all connections", hint: "Action", leadsTo: ["sync"], run: () => rows.filter(canSync).forEach(({ connection }) => void actions.sync(connection)) },
    { id: "bundle", icon: "file", title: "Open a bundle", hint: "Action", leadsTo: ["openBundle"], run: () => void actions.openBundle() },
    {
      id: "data",
      icon: "flask",
      title: isSandbox ? "Leave the sandbox" : "Open the sandbox",
      hint: "Action",
      leadsTo: ["openDataSet"],
      run: () => void actions.openData(isSandbox ? "real" : "sandbox"),
    },
    { id: "platform", icon: "settings", title: "Set NurtureHub’s address and token", hint: "Action", leadsTo: ["setPlatform"], run: () => go(to.settings) },
    { id: "webhook", icon: "webhook", title: "Set the webhook for alerts", hint: "Action", leadsTo: ["setAlertWebhook"], run: () => go(to.settings) },
    { id: "audit", icon: "file", title: "Who did what", hint: "Action", leadsTo: ["auditLog", "exportAudit"], run: () => go(to.settings) },
    ...THEMES.map(
      ({ theme, title }): Entry => ({ id: `theme ${theme}`, icon: "settings", title, hint: "Action", leadsTo: ["setPreferences"], run: set({ theme }) }),
    ),
    ...TEXT_SIZES.map(
      (textSize): Entry => ({ id: `text ${textSize}`, icon: "settings", title: `Size of text: ${textSize}%`, hint: "Action", leadsTo: ["setPreferences"], run: set({ textSize }) }),
    ),
    ...(preferences ? newsEntries(preferences, set) : []),
    ...providers.map(
      (provider): Entry => ({ id: `connect ${provider.id}`, icon: "plus", title: `Connect ${provider.name}`, hint: "Screen", leadsTo: ["connect"], run: () => go(to.connect(provider.id)) }),
    ),
    ...providers.filter(isDocumented).map(
      (provider): Entry => ({
        id: `documentation ${provider.id}`,
        icon: "external",
        title: `Open ${provider.name}’s documentation`,
        hint: "Action",
        leadsTo: ["openDocumentation"],
        run: () => void actions.perform("openDocumentation", provider.id),
      }),
    ),
  ];
}

function newsEntries({ notifications, stayInTray }: Preferences, set: (part: Partial<Preferences>) => () => void): Entry[] {
  return [
    {
      id: "notifications",
      icon: "bell",
      title: notifications ? "Turn notifications off" : "Turn notifications on",
      hint: "Action",
      leadsTo: ["setPreferences"],
      run: set({ notifications: !notifications }),
    },
    {
      id: "tray",
      icon: "bell",
      title: stayInTray ? "End with the window" : "Stay in the tray",
      hint: "Action",
      leadsTo: ["setPreferences"],
      run: set({ stayInTray: !stayInTray }),
    },
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
