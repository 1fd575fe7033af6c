/** Looking at what was synced, and at what was done. */
import type { Backend } from "../ipc/backend";
import type { ChangeKind, ChangeView, ContactQuery, Json, RunDetail, RunPoint, RunSummary, TraceEntry } from "../ipc/types";
import { DOWN, REVOKED } from "./agencies";
import { changeAt, contactAt, detailAt, externalIdAt, fieldsAt, HELD, indexOf, matching, REFUSED, type Agency } from "./people";
import { syncReport } from "./runs";
import { failed, NO_CONNECTION, ok, type World } from "./world";

type Commands = Backend["commands"];
type Reading = "overview" | "disconnected" | "connection" | "runs" | "run" | "contacts" | "contact" | "preview";

export function readingCommands(world: World): Pick<Commands, Reading> {
  const found = new Map<string, Uint32Array | null>();
  const placesOf = (agency: Agency, { limit: _, offset: __, ...asked }: ContactQuery) => {
    const key = JSON.stringify([agency.connection, agency.contacts, agency.pending, asked]);
    if (!found.has(key)) {
      if (found.size > 8) found.clear();
      found.set(key, matching(agency, { ...asked, limit: 0, offset: 0 }));
    }
    return found.get(key) ?? null;
  };
  return {
    overview: () => ok(world.rows),
    disconnected: () => ok(world.ended),
    connection: (id) => {
      const row = world.row(id);
      return row ? ok(row) : failed(NO_CONNECTION);
    },
    runs: (id, limit, offset) => {
      const row = world.row(id);
      if (!row) return failed(NO_CONNECTION);
      const runs = row.recent.map((point) => summaryOf(point, row.health.lastErrorKind ?? null)).reverse();
      return ok({ total: runs.length, runs: runs.slice(offset, offset + limit) });
    },
    run: (runId) => {
      for (const row of world.rows) {
        const point = row.recent.find((one) => one.runId === runId);
        if (point) return ok(runDetail(point, row.health.lastErrorKind ?? null, syncReportOf(world, row.connection.id, point)));
      }
      return failed(NO_CONNECTION);
    },
    contacts: (id, query) => {
      const row = world.row(id);
      if (!row) return failed(NO_CONNECTION);
      const agency = world.agency(row);
      const places = placesOf(agency, query);
      const total = places?.length ?? row.contacts;
      const shown = Math.max(0, Math.min(query.limit, total - query.offset));
      const contacts = Array.from({ length: shown }, (_, index) => contactAt(agency, places?.[query.offset + index] ?? query.offset + index));
      return ok({ total, contacts });
    },
    contact: (id, externalId) => {
      const row = world.row(id);
      return row ? ok(detailAt(world.agency(row), indexOf(externalId))) : failed(NO_CONNECTION);
    },
    preview: (id, kind, limit, offset) => {
      const row = world.row(id);
      if (!row) return failed(NO_CONNECTION);
      const agency = world.agency(row);
      const first = firstOf(agency, kind);
      const last = kind === null ? firstOf(agency, "unchanged") : first + row.pending[kind];
      const shown = Math.max(0, Math.min(limit, last - first - offset));
      const changes = Array.from({ length: shown }, (_, index) => changeView(agency, first + offset + index, row.doubt !== null));
      return ok({ summary: row.pending, changes, unconfirmed: row.unconfirmed });
    },
  };
}

/** Where the contacts of a kind of change begin. */
function firstOf({ pending }: Agency, kind: ChangeKind | null): number {
  let first = 0;
  if (kind === null) return 0;
  for (const earlier of ["create", "update", "archive", "blocked", "unchanged"] as const) {
    if (earlier === kind) return first;
    first += pending[earlier];
  }
  return first;
}

function changeView(agency: Agency, index: number, isHeld: boolean): ChangeView {
  const kind = changeAt(agency, index);
  return {
    externalId: externalIdAt(index),
    fullName: contactAt(agency, index).identity.fullName,
    kind,
    fields: isHeld && kind === "blocked" ? [{ field: "lifecycle", before: "active", after: "deleted" }] : fieldsAt(agency, index),
    ...(kind === "blocked" ? { blockedBy: isHeld ? HELD : REFUSED } : {}),
  };
}

function summaryOf(point: RunPoint, errorKind: string | null): RunSummary {
  return {
    runId: point.runId,
    kind: "sync",
    status: point.status,
    startedAt: point.startedAt,
    endedAt: new Date(Date.parse(point.startedAt) + point.durationMs).toISOString(),
    contacts: point.created + point.updated + point.unchanged,
    ...(point.status === "failed" ? { errorKind } : {}),
  };
}

function syncReportOf(world: World, id: string, point: RunPoint): Json {
  const row = world.row(id);
  if (!row) return {};
  const listed = point.created + point.updated + point.unchanged + point.rejected;
  const plain = syncReport(id, row, { listed, created: point.created, removed: point.removed, isHeld: point.status === "partial" && row.doubt !== null });
  const { updated, unchanged, rejected, durationMs } = point;
  return { ...plain, updated, unchanged, rejected, durationMs, proof: { ...plain.proof, updated, unchanged, rejected, stored: listed - rejected } };
}

export function runDetail(point: RunPoint, errorKind: string | null, syncReported: Json): RunDetail {
  const isFailed = point.status === "failed";
  const error = errorKind === REVOKED.kind ? REVOKED : DOWN;
  return {
    ...summaryOf(point, errorKind),
    report: isFailed ? { error } : syncReported,
    requests: isFailed ? failing(point, error === REVOKED ? 401 : 503) : passing(point),
  };
}

function passing(point: RunPoint): TraceEntry[] {
  return Array.from({ length: 9 }, (_, index) => ({
    ...entry(point, index, 200),
    durationMs: 120 + ((index * 83) % 240),
    bytes: 148_000 - index * 2300,
    throttledMs: index % 4 === 3 ? 410 : 0,
    limitHeaders: [["x-ratelimit-remaining", String(46 - index)]] as [string, string][],
  }));
}

function failing(point: RunPoint, status: number): TraceEntry[] {
  return Array.from({ length: status === 401 ? 1 : 4 }, (_, index) => ({
    ...entry(point, index, status),
    attempt: index + 1,
    errorKind: status === 401 ? REVOKED.kind : DOWN.kind,
  }));
}

function entry(point: RunPoint, index: number, status: number): TraceEntry {
  return {
    method: "GET",
    pathTemplate: index === 0 && status === 200 ? "/contacts/count" : "/contacts",
    host: "api.crm.example",
    status,
    startedAt: new Date(Date.parse(point.startedAt) + index * 900).toISOString(),
    durationMs: 87,
    attempt: 1,
    bytes: 312,
    requestId: `req-${index}`,
    errorKind: null,
    limitHeaders: [],
    throttledMs: 0,
  };
}
