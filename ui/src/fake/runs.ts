/** Running things: verify, sync, push, each with its progress. */
import type { Backend } from "../ipc/backend";
import type { ChangeKind, ConnectionRow, PendingCounts, PushReport, Result, RunKind, RunProgress, SyncReport, VerifyReport } from "../ipc/types";
import { DOWN, REVOKED } from "./agencies";
import { stepsWith } from "./checks";
import { changeAt, indexOf, REFUSED } from "./people";
import { failed, NO_CONNECTION, ok, report, type World } from "./world";

type Commands = Backend["commands"];

const PAGE = 100;
const TICK_MS = 150;
/** A simulated sync lists so many pages at most: nobody waits for a million. */
const PAGES = 80;

const CANCELLED = report("cancelled", "Cancelled", "The run was cancelled.", "Start it again when you like; it goes on where it stopped.");
const RUNNING = report("alreadyRunning", "A run for this connection is under way", "A run for this connection is under way.", "Wait until it has ended, or cancel it, then try again.");

export function runCommands(world: World): Pick<Commands, "verify" | "sync" | "push" | "cancel" | "running"> {
  return {
    running: () => ok([...world.runs.values()].map(({ stop: _, ...progress }) => progress)),
    cancel: (id) => {
      const run = world.runs.get(id);
      run?.stop();
      return ok(null);
    },
    verify: (id) => verify(world, id),
    sync: (id, options) => sync(world, id, options.confirmRemovals),
    push: (id, only) => push(world, id, only),
  };
}

async function verify(world: World, id: string): Promise<Result<VerifyReport>> {
  const row = world.row(id);
  if (!row) return failed(NO_CONNECTION);
  const steps = stepsWith(trouble(row));
  for (const step of steps) {
    await world.ticks.after(180);
    world.emit("verifyProgress", { connection: id, step });
  }
  const good = steps.every(({ status }) => status !== "failed");
  if (good) world.change(id, ({ health }) => ({ health: { ...health, lastVerifiedAt: now(world) } }), ["connections", "runs"]);
  return ok({ ok: good, steps, unconfirmed: row.unconfirmed, spent: { waitingMs: 840, throttledMs: 0, mappingMs: 3, storingMs: 4 } });
}

/** What stands in the way of a connection that has not been mended. */
function trouble({ health }: ConnectionRow) {
  return health.state === "needsReauth" ? REVOKED : health.state === "failing" ? DOWN : undefined;
}

/** Calls back for each page of a run until it is done or cancelled; says whether it was done. */
function paced(world: World, id: string, kind: RunKind, total: number | null, pages: number, each: number): Promise<boolean> {
  return new Promise((end) => {
    let page = 0;
    const startedAt = now(world);
    const tell = (phase: RunProgress["phase"]): RunProgress => ({
      connection: id,
      kind,
      phase,
      startedAt,
      pages: kind === "sync" ? page : 0,
      done: Math.min(page * each, total ?? Infinity),
      total,
      perSecond: page === 0 ? null : (each * 1000) / TICK_MS,
      secondsLeft: total === null || page === 0 ? null : ((pages - page) * TICK_MS) / 1000,
    });
    const finish = (isDone: boolean) => {
      halt();
      world.runs.delete(id);
      world.emit("runProgress", tell("ended"));
      end(isDone);
    };
    const publish = () => {
      const progress = tell("running");
      world.runs.set(id, { ...progress, stop: () => finish(false) });
      world.emit("runProgress", progress);
    };
    const halt = world.ticks.every(TICK_MS, () => {
      page += 1;
      if (page >= pages) finish(true);
      else publish();
    });
    publish();
  });
}

async function sync(world: World, id: string, confirmed: boolean): Promise<Result<SyncReport>> {
  const row = world.row(id);
  if (!row) return failed(NO_CONNECTION);
  if (world.runs.has(id)) return failed(RUNNING);
  const error = trouble(row);
  if (error) {
    await world.ticks.after(900);
    return failed(error);
  }
  const isFirst = row.contacts === 0;
  const listed = isFirst ? 2000 : Math.min(row.contacts, 12_400);
  const pages = Math.min(PAGES, Math.ceil(listed / PAGE));
  const done = await paced(world, id, "sync", row.connection.provider === "alto" ? null : listed, pages, Math.ceil(listed / pages));
  if (!done) return failed(CANCELLED);
  const removed = confirmed ? (row.doubt?.held ?? 0) : 0;
  world.change(
    id,
    ({ health, pending, contacts, doubt }) => ({
      contacts: isFirst ? listed : contacts,
      doubt: confirmed ? null : doubt,
      pending: {
        ...pending,
        create: pending.create + (isFirst ? listed : 0),
        archive: pending.archive + removed,
        blocked: pending.blocked - removed,
      },
      health: {
        ...health,
        lastSyncedAt: now(world),
        failureStreak: 0,
        state: health.state === "new" || (health.state === "degraded" && confirmed) ? "healthy" : health.state,
      },
    }),
    ["connections", "runs", "contacts", "changes"],
  );
  const created = isFirst ? listed : 0;
  return ok(syncReport(id, row, { listed, created, removed, isHeld: row.doubt !== null && !confirmed }));
}

type Counts = { listed: number; created: number; removed: number; isHeld: boolean };

export function syncReport(id: string, row: ConnectionRow, { listed, created, removed, isHeld }: Counts): SyncReport {
  const unchanged = listed - created;
  return {
    runId: `${id}-now`,
    mode: "full",
    status: isHeld ? "partial" : "succeeded",
    resumed: false,
    cursorBefore: null,
    cursorAfter: null,
    pages: Math.ceil(listed / PAGE),
    requests: Math.ceil(listed / PAGE) + 1,
    fetched: listed,
    created,
    updated: 0,
    unchanged,
    removed,
    missing: 0,
    rejected: 0,
    inDoubt: isHeld ? row.doubt : null,
    proof: { sourceTotal: listed, listed, stored: listed, created, updated: 0, unchanged, removed, rejected: 0, repeated: 0, addsUp: true },
    durationMs: 12_400,
    spent: { waitingMs: 9200, throttledMs: 1100, mappingMs: 380, storingMs: 640 },
    unconfirmed: row.unconfirmed,
  };
}

async function push(world: World, id: string, only: string[]): Promise<Result<PushReport>> {
  const row = world.row(id);
  if (!row) return failed(NO_CONNECTION);
  if (world.runs.has(id)) return failed(RUNNING);
  const { pending } = row;
  const all = pending.create + pending.update + pending.archive;
  const sent = only.length > 0 ? only.length : all;
  if (!(await paced(world, id, "push", sent, 8, Math.ceil(sent / 8)))) return failed(CANCELLED);
  // One of the first contacts that are sent has a name which the platform keeps for itself.
  const rejected = only.length === 0 && pending.create > 0 ? 1 : 0;
  const kinds = only.map((externalId) => changeAt(world.agency(row), indexOf(externalId)));
  world.change(
    id,
    ({ pending: before }) => ({
      pending:
        only.length > 0
          ? without(before, kinds)
          : { create: 0, update: 0, archive: 0, blocked: before.blocked + rejected, unchanged: before.unchanged + sent - rejected },
    }),
    ["connections", "runs", "contacts", "changes"],
  );
  return ok({
    runId: `${id}-push`,
    status: rejected > 0 ? "partial" : "succeeded",
    dryRun: false,
    wouldSend: 0,
    sent,
    accepted: sent - rejected,
    rejected,
    unchanged: 0,
    rejections: rejected > 0 ? [{ externalId: "C100000", code: REFUSED.code, message: REFUSED.message }] : [],
    rejectionsLeftOut: 0,
    spent: { waitingMs: 320, throttledMs: 0, mappingMs: 12, storingMs: 45 },
  });
}

export function now(world: World): string {
  return new Date(world.ticks.now()).toISOString();
}

/** What is pending once these have been accepted. */
function without(pending: PendingCounts, kinds: ChangeKind[]): PendingCounts {
  const left = { ...pending, unchanged: pending.unchanged + kinds.length };
  for (const kind of kinds) left[kind] -= 1;
  return left;
}
