/** What the palette offers for one connection: what can be done at once, and the way to what needs a
 *  word more. */
import { reasonFor } from "../connection/provider";
import { replay } from "../connection/webhooks/replay";
import type { ConnectionRow, ProviderView } from "../ipc/types";
import type { Actions } from "./actions";
import type { Entry } from "./Palette";
import { CONNECTION_TABS, go, to, type ConnectionTab } from "./route";

const TAB_WORDS: Record<ConnectionTab, string> = {
  health: "Health",
  contacts: "Contacts",
  changes: "Changes",
  activity: "Activity",
  webhooks: "Webhooks",
  settings: "Settings",
};

/** What stands behind each part of a connection. */
const TAB_READS: Record<ConnectionTab, Entry["leadsTo"]> = {
  health: ["connection", "runs", "run"],
  contacts: ["contacts", "contact"],
  changes: ["preview"],
  activity: ["activities"],
  webhooks: ["webhooks"],
  settings: [],
};

type Known = { provider: ProviderView | undefined; isRunning: boolean };

/** Everything that can be done with a connection as it is now. */
export function entriesOf(row: ConnectionRow, { provider, isRunning }: Known, actions: Actions): Entry[] {
  const lacks = (capability: string) => provider !== undefined && reasonFor(provider, capability) !== undefined;
  return [
    ...running(row, isRunning, actions),
    ...pushing(row),
    ...(lacks("activityWriteBack") ? [] : writingBack(row)),
    ...(lacks("webhooks") ? [] : receiving(row, actions)),
    ...setting(row),
    ...CONNECTION_TABS.map(
      (tab): Entry => ({
        id: `${tab} ${row.connection.id}`,
        icon: "right",
        title: `${row.connection.name}: ${TAB_WORDS[tab]}`,
        hint: "Screen",
        leadsTo: TAB_READS[tab],
        run: () => go(to.connection(row.connection.id, tab)),
      }),
    ),
  ];
}

function running({ connection, doubt }: ConnectionRow, isRunning: boolean, actions: Actions): Entry[] {
  const { id, name } = connection;
  const isPaused = typeof connection.pausedAt === "string";
  const entries: Entry[] = [
    { id: `sync ${id}`, icon: "sync", title: `Sync ${name}`, hint: "Action", leadsTo: ["sync"], run: () => void actions.sync(connection) },
    { id: `full ${id}`, icon: "sync", title: `Sync ${name} in full`, hint: "Action", leadsTo: ["sync"], run: () => void actions.sync(connection, { full: true }) },
    { id: `verify ${id}`, icon: "verify", title: `Verify ${name}`, hint: "Action", leadsTo: ["verify"], run: () => void actions.verify(connection) },
    {
      id: `pause ${id}`,
      icon: isPaused ? "play" : "pause",
      title: `${isPaused ? "Resume" : "Pause"} ${name}`,
      hint: "Action",
      leadsTo: [isPaused ? "resume" : "pause"],
      run: () => void actions.perform(isPaused ? "resume" : "pause", id),
    },
    { id: `bundle ${id}`, icon: "export", title: `Export a bundle of ${name}`, hint: "Action", leadsTo: ["prepareBundle", "saveBundle"], run: () => actions.exportBundle(id, null) },
  ];
  if (isRunning) {
    entries.push({ id: `cancel ${id}`, icon: "cross", title: `Cancel the run of ${name}`, hint: "Action", leadsTo: ["cancel"], run: () => void actions.perform("cancel", id) });
  }
  if (doubt !== null && doubt.held > 0) {
    entries.push({ id: `removals ${id}`, icon: "warning", title: `Review the removals of ${name}`, hint: "Action", leadsTo: ["sync"], run: () => go(to.connection(id, "health", "removals")) });
  }
  return entries;
}

/** Pushing sends something away: the confirmation opens, and nothing more. */
function pushing({ connection: { id, name }, pending }: ConnectionRow): Entry[] {
  const entries: Entry[] = [];
  if (pending.create + pending.update + pending.archive > 0) {
    entries.push({ id: `push ${id}`, icon: "changes", title: `Push the changes of ${name}`, hint: "Action", leadsTo: ["push"], run: () => go(to.connection(id, "changes", "push")) });
  }
  if (pending.blocked > 0) {
    entries.push({ id: `retry ${id}`, icon: "changes", title: `Retry the refused records of ${name}`, hint: "Action", leadsTo: ["push"], run: () => go(to.connection(id, "changes", "blocked")) });
  }
  return entries;
}

/** It sends something away: the place opens where that is seen and done, and nothing more. */
function writingBack({ connection: { id, name } }: ConnectionRow): Entry[] {
  return [
    { id: `write ${id}`, icon: "bolt", title: `Write activities back to ${name}`, hint: "Action", leadsTo: ["pullActivities"], run: () => go(to.connection(id, "activity")) },
    { id: `rewrite ${id}`, icon: "bolt", title: `Retry the refused activities of ${name}`, hint: "Action", leadsTo: ["retryActivities"], run: () => go(to.connection(id, "activity", "rejected")) },
  ];
}

function receiving({ connection: { id, name } }: ConnectionRow, actions: Actions): Entry[] {
  return [
    { id: `listen ${id}`, icon: "play", title: `Start the webhook receiver of ${name}`, hint: "Action", leadsTo: ["startReceiver"], run: () => void actions.perform("startReceiver", id) },
    { id: `deaf ${id}`, icon: "pause", title: `Stop the webhook receiver of ${name}`, hint: "Action", leadsTo: ["stopReceiver"], run: () => void actions.perform("stopReceiver", id) },
    { id: `replay ${id}`, icon: "webhook", title: `Replay the waiting deliveries of ${name}`, hint: "Action", leadsTo: ["replayWebhooks"], run: () => void replay(actions, id, null) },
    { id: `payload ${id}`, icon: "webhook", title: `Test a webhook payload of ${name}`, hint: "Action", leadsTo: ["testWebhook"], run: () => go(to.connection(id, "webhooks", "test")) },
  ];
}

function setting({ connection: { id, name } }: ConnectionRow): Entry[] {
  const place = (open: string) => () => go(to.connection(id, "settings", open));
  return [
    { id: `sign in ${id}`, icon: "key", title: `Sign in to ${name} again`, hint: "Action", leadsTo: ["reauthorize"], run: place("credentials") },
    { id: `rename ${id}`, icon: "settings", title: `Rename ${name}`, hint: "Action", leadsTo: ["renameConnection"], run: place("name") },
    { id: `schedule ${id}`, icon: "clock", title: `Schedule the syncs of ${name}`, hint: "Action", leadsTo: ["setSchedule"], run: place("schedule") },
    { id: `disconnect ${id}`, icon: "cross", title: `Disconnect ${name}`, hint: "Action", leadsTo: ["disconnect"], run: place("disconnect") },
    { id: `delete ${id}`, icon: "trash", title: `Delete the data of ${name}`, hint: "Action", leadsTo: ["disconnect"], run: place("delete") },
  ];
}
