/** A connection's state in words, with its shape and tone. */
import type { ConnectionRow, Health, Issue, State } from "../ipc/types";
import { timeOfDay } from "../kit/figures";
import type { IconName } from "../kit/Icon";
import type { Tone } from "../kit/Status";

type StateWords = { word: string; icon: IconName; tone: Tone; sentence: string };

/** Worst first: the order in which they are shown. */
const STATES: Record<State, StateWords> = {
  needsReauth: { word: "Sign in again", icon: "key", tone: "bad", sentence: "Nothing syncs until somebody signs in again." },
  actionNeeded: { word: "Action needed", icon: "hand", tone: "bad", sentence: "Nothing syncs until a person has mended this." },
  failing: { word: "Failing", icon: "failing", tone: "bad", sentence: "The last syncs failed." },
  degraded: { word: "Degraded", icon: "warning", tone: "warn", sentence: "It works, but not everything went through." },
  stale: { word: "Stale", icon: "clock", tone: "warn", sentence: "Nothing has synced for too long." },
  expiring: { word: "Expiring", icon: "hourglass", tone: "warn", sentence: "Sign in again before it ends, and nothing stops." },
  paused: { word: "Paused", icon: "pause", tone: "calm", sentence: "Nothing runs until it is resumed." },
  new: { word: "Not synced yet", icon: "circle", tone: "calm", sentence: "Run the first sync to bring the contacts in." },
  healthy: { word: "Healthy", icon: "healthy", tone: "ok", sentence: "All is well." },
};

export function stateWords(state: State): StateWords {
  return STATES[state];
}

const RANK = Object.keys(STATES) as State[];

/** Worst first, then by name. */
export function byUrgency(a: ConnectionRow, b: ConnectionRow): number {
  return (
    RANK.indexOf(a.health.state) - RANK.indexOf(b.health.state) ||
    a.connection.name.localeCompare(b.connection.name, "en-GB")
  );
}

/** Whether a person should look at it. */
export function needsAttention(health: Health): boolean {
  return ["needsReauth", "actionNeeded", "failing", "degraded", "stale", "expiring"].includes(health.state);
}

/** Whether a sync has a chance without a person mending something first. */
export function canSync({ health }: ConnectionRow): boolean {
  return !["paused", "needsReauth", "actionNeeded"].includes(health.state);
}

/** What holds a run up: `Waiting until 14:05: …`, `Cancelling…`; none where it simply runs. */
export function activityWords({ activity, activityUntil, activityWhy }: Health, now: number): string | undefined {
  if (activity === "cancelling") return "Cancelling…";
  if (activity !== "waiting" || !activityUntil || Date.parse(activityUntil) <= now) return undefined;
  return `Waiting until ${timeOfDay(activityUntil)}: ${activityWhy ?? ""}`;
}

/** What the last error said, where it is the one that the issue is about: another may be over long since. */
export function saidOf(health: Health, issue: Issue): string | null {
  return health.lastErrorKind === issue.kind ? (health.lastErrorMessage ?? null) : null;
}

/** Why it is as it is, in one sentence. */
export function causeOf(row: ConnectionRow): string {
  const { health, doubt } = row;
  if (health.state === "degraded" && doubt !== null) return doubt.message;
  if (health.state === "expiring" && health.tokenExpires) return health.tokenExpires.why;
  if (health.state === "stale" || health.state === "new") return stateWords(health.state).sentence;
  const [issue] = health.issues;
  if (!issue) return health.lastErrorMessage ?? stateWords(health.state).sentence;
  return saidOf(health, issue) ?? `${issue.title}.`;
}
