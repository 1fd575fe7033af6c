/** The agencies of the fake backend: six connections, in every state that matters. */
import type { ConnectionRow, Doubt, ErrorReport, Health, PendingCounts, RunBar, RunPoint, RunStatus } from "../ipc/types";
import { findingOf } from "./checks";
import PROVIDERS from "./providers.json";
import { below, chance } from "./random";
import { MORNING } from "./ticks";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const ago = (milliseconds: number) => new Date(MORNING - milliseconds).toISOString();

export const REVOKED: ErrorReport = {
  kind: "authRevoked",
  title: "The sign-in was withdrawn",
  message: "Street answered 401: the token was revoked on 21 November by an administrator of the agency.",
  remedy: "Make a new token in Street under Settings, Applications, and sign in again with it.",
  owner: "agency",
  retryable: false,
  detail: { evidence: { status: 401, requestId: "req-71c0" } },
};

export const DOWN: ErrorReport = {
  kind: "providerDown",
  title: "The CRM is not working",
  message: "Loop answered 503 to the last four syncs.",
  remedy: "Nothing to mend here: the next sync, by hand or on its schedule, tries again. If it lasts, ask the CRM's support.",
  owner: "crm",
  retryable: true,
  detail: { evidence: { status: 503, attempt: 4 } },
};

const NOTHING: PendingCounts = { create: 0, update: 0, archive: 0, unchanged: 0, blocked: 0 };

type Seed = {
  id: string;
  provider: string;
  name: string;
  tenant: string;
  contacts: number;
  pending?: Partial<PendingCounts>;
  health: Partial<Health> & Pick<Health, "state">;
  doubt?: Doubt;
  everyMinutes: number | null;
  /** How the newest runs ended, newest first; earlier ones went well. */
  newest?: RunStatus[];
  settings?: Record<string, string>;
};

function issueOf({ kind, title, remedy, owner }: ErrorReport, openedAt: string) {
  return { kind, title, remedy, owner, openedAt };
}

const SEEDS: Seed[] = [
  {
    id: "reapit-harcourt",
    provider: "reapit",
    name: "Harcourt & Vale",
    tenant: "harcourt-vale",
    contacts: 1_000_000,
    pending: { create: 214, update: 1861, archive: 12, blocked: 3 },
    health: { state: "healthy", lastSyncedAt: ago(12 * MINUTE), quota: { limit: 200_000, used: 48_210, resetsAt: new Date(MORNING + 13 * HOUR).toISOString() } },
    everyMinutes: 60,
    settings: { signIn: "browser", customerId: "HVB", clientId: "3f9k2m" },
  },
  {
    id: "street-fenwick",
    provider: "street",
    name: "Fenwick Lettings",
    tenant: "fenwick",
    contacts: 8412,
    health: {
      state: "needsReauth",
      since: ago(2 * DAY),
      lastSyncedAt: ago(2 * DAY + HOUR),
      lastErrorAt: ago(25 * MINUTE),
      lastErrorMessage: REVOKED.message,
      lastErrorKind: REVOKED.kind,
      failureStreak: 9,
      issues: [issueOf(REVOKED, ago(2 * DAY))],
    },
    everyMinutes: 30,
    newest: ["failed", "failed", "failed", "failed", "failed"],
  },
  {
    id: "loop-bright",
    provider: "loop",
    name: "Bright & Co",
    tenant: "bright-co",
    contacts: 3120,
    health: {
      state: "failing",
      since: ago(7 * HOUR),
      lastSyncedAt: ago(20 * HOUR),
      lastErrorAt: ago(40 * MINUTE),
      lastErrorMessage: DOWN.message,
      lastErrorKind: DOWN.kind,
      failureStreak: 4,
      issues: [issueOf(DOWN, ago(7 * HOUR))],
    },
    everyMinutes: 720,
    newest: ["failed", "failed", "failed", "failed"],
    settings: { team: "bright-bath" },
  },
  {
    id: "alto-marlow",
    provider: "alto",
    name: "Marlow Estates",
    tenant: "marlow",
    contacts: 15_904,
    pending: { create: 8, update: 41, blocked: 312 },
    health: { state: "degraded", since: ago(5 * HOUR), lastSyncedAt: ago(5 * HOUR) },
    doubt: { reason: "manyRemovals", message: "312 contacts are missing from the last full listing, more than go in a normal run.", held: 312 },
    everyMinutes: 240,
    newest: ["partial"],
    settings: { agencyRef: "9d2f0c1e-5b7a-4f0e-9a53-0c6f7b1d2e88", clientId: "marlow-connect", consent: "on" },
  },
  {
    id: "agentos-kingsway",
    provider: "agentos",
    name: "Kingsway Homes",
    tenant: "kingsway",
    contacts: 12_480,
    health: { state: "healthy", lastSyncedAt: ago(3 * HOUR) },
    everyMinutes: 720,
    settings: { shortName: "kingsway" },
  },
  {
    id: "reapit-vale",
    provider: "reapit",
    name: "Vale Lettings",
    tenant: "vale-lettings",
    contacts: 4267,
    pending: { update: 5 },
    health: {
      state: "expiring",
      since: ago(4 * HOUR),
      lastSyncedAt: ago(26 * HOUR),
      tokenExpires: { at: new Date(MORNING + 52 * HOUR).toISOString(), why: "Reapit ends a sign-in that is not used or has grown old." },
    },
    everyMinutes: null,
    settings: { signIn: "browser", customerId: "VAL", clientId: "3f9k2m" },
  },
];

export function agencies(largest: number): ConnectionRow[] {
  return SEEDS.map((seed, place) => rowOf({ ...seed, contacts: Math.min(seed.contacts, largest) }, place));
}

function rowOf(seed: Seed, place: number): ConnectionRow {
  const provider = PROVIDERS.find(({ id }) => id === seed.provider);
  const pending = { ...NOTHING, ...seed.pending };
  const recent = runsOf(seed, place);
  const error = [REVOKED, DOWN].find(({ kind }) => kind === seed.health.lastErrorKind);
  const waiting = pending.create + pending.update + pending.archive + pending.blocked;
  return {
    connection: {
      id: seed.id,
      provider: seed.provider,
      tenant: seed.tenant,
      name: seed.name,
      settings: seed.settings ?? {},
      createdAt: ago(90 * DAY + place * DAY),
    },
    providerName: provider?.name ?? seed.provider,
    health: {
      activity: "idle",
      since: ago(34 * DAY),
      lastVerifiedAt: ago(9 * DAY),
      failureStreak: 0,
      staleAfter: new Date(MORNING + 22 * HOUR).toISOString(),
      issues: [],
      ...seed.health,
    },
    contacts: seed.contacts,
    pending: { ...pending, unchanged: Math.max(0, seed.contacts - waiting) },
    schedule: {
      everyMinutes: seed.everyMinutes,
      nextAt: seed.everyMinutes === null ? null : new Date(MORNING + (seed.everyMinutes * MINUTE) / 2).toISOString(),
    },
    strip: recent.map(barOf),
    recent,
    doubt: seed.doubt ?? null,
    finding: findingOf(recent.at(-1), error),
    unconfirmed: provider && "unconfirmed" in provider && typeof provider.unconfirmed === "string" ? provider.unconfirmed : null,
  };
}

/** A sync, as the strip has it. */
function barOf(run: RunPoint): RunBar {
  const contacts = run.created + run.updated + run.unchanged + run.rejected;
  const failed = run.status === "failed" ? 1 : 0;
  return { runId: run.runId, status: run.status, startedAt: run.startedAt, contacts, runs: 1, failed };
}

const RUNS = 28;

/** Two syncs a day for fourteen days. */
function runsOf({ id, contacts, newest = [] }: Seed, place: number): RunPoint[] {
  return Array.from({ length: RUNS }, (_, index) => {
    const fromEnd = RUNS - 1 - index;
    const status = newest[fromEnd] ?? (chance(place, index, 30) < 0.05 ? "partial" : "succeeded");
    const failed = status === "failed";
    const full = index % 14 === 6;
    const listed = failed ? 0 : full ? contacts : Math.round(contacts * (0.04 + chance(place, index, 31) * 0.12));
    const created = Math.round(listed * 0.05 * chance(place, index, 32));
    const updated = Math.round(listed * (0.2 + 0.3 * chance(place, index, 33)));
    const rejected = status === "partial" ? 1 + below(6, place, index, 34) : 0;
    return {
      runId: `${id}-sync-${index}`,
      status,
      startedAt: ago(fromEnd * 12 * HOUR + 12 * MINUTE),
      durationMs: failed ? 4200 + below(9000, place, index, 35) : 3000 + listed * 0.9,
      created,
      updated,
      unchanged: Math.max(0, listed - created - updated - rejected),
      removed: full ? 4 : 0,
      rejected,
    };
  });
}
