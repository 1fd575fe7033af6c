/** Diagnostic bundles: put together, saved, opened and replayed. */
import type { Backend } from "../ipc/backend";
import type { BundleEntry, BundleManifest, ConnectionRow } from "../ipc/types";
import { ago, DOWN } from "./agencies";
import { runDetail } from "./reading";
import { failed, NO_CONNECTION, ok, type World } from "./world";

type Commands = Backend["commands"];

const MINUTE = 60_000;

const EXCHANGE = "exchange.json";
const WELL = "No run of this connection has failed or ended in part, so nothing was recorded.";
const CONTENTS: BundleEntry[] = [
  { path: "versions.json", bytes: 402, what: "Versions of the app, its parts and the system" },
  { path: "settings.json", bytes: 688, what: "Settings of the connection; secrets are left out" },
  { path: "health.json", bytes: 1940, what: "State, open issues and when each began" },
  { path: "runs.json", bytes: 24_310, what: "The last 50 runs, with counts and errors" },
  { path: "traces.json", bytes: 9120, what: "Requests of the run: method, pattern of the path, status, time" },
  { path: "finding.json", bytes: 3120, what: "What the steps to the CRM found right after the run had failed" },
  { path: EXCHANGE, bytes: 48_200, what: "Recorded answers of the failing run; people in it are made up" },
];

function manifestOf({ connection }: ConnectionRow, contents: BundleEntry[]): BundleManifest {
  const isReplayable = contents.some(({ path }) => path === EXCHANGE);
  return {
    format: 1,
    createdAt: ago(0),
    connection: connection.id,
    provider: connection.provider,
    ...(isReplayable ? {} : { notReplayable: WELL }),
    masked: "Secrets are left out. Names, emails, phone numbers and addresses are replaced by made-up ones of the same form.",
    contents,
  };
}

export function bundleCommands(world: World): Pick<Commands, "prepareBundle" | "saveBundle" | "openBundle" | "replayBundle"> {
  return {
    prepareBundle: async (id) => {
      const row = world.row(id);
      if (!row) return failed(NO_CONNECTION);
      await world.ticks.after(300);
      // A recording is kept of runs that fail or end in part, and of no other.
      const isFailing = row.health.issues.length > 0;
      const contents = isFailing ? CONTENTS : CONTENTS.filter(({ path }) => path !== EXCHANGE);
      return ok({ id: `${id}-draft`, manifest: manifestOf(row, contents), replayable: isFailing });
    },
    saveBundle: (draft) => ok(`/home/alex/Documents/${draft.replace(/-draft$/, "")}.zip`),
    openBundle: () => {
      const [row, point] = failingRun(world);
      if (!row || !point) return failed(NO_CONNECTION);
      return ok({
        file: "/home/alex/Downloads/bright-co.zip",
        exportedAt: ago(50 * MINUTE),
        appVersion: "0.1.0",
        system: "Windows 11, 64 bit",
        connection: "Connection 1 (name masked)",
        providerName: row.providerName,
        health: row.health,
        runs: row.recent.slice(-6).reverse().map(({ runId, status, startedAt, created, updated, unchanged }) => ({
          runId,
          kind: "sync",
          status,
          startedAt,
          contacts: created + updated + unchanged,
          ...(status === "failed" ? { errorKind: DOWN.kind } : {}),
        })),
        run: runDetail(point, row.health.lastErrorKind ?? null, {}),
        finding: row.finding,
        exchanges: 4,
        manifest: manifestOf(row, CONTENTS),
      });
    },
    replayBundle: async () => {
      await world.ticks.after(700);
      const [, point] = failingRun(world);
      const requests = point ? runDetail(point, DOWN.kind, {}).requests : [];
      return ok({ same: true, recordedKind: DOWN.kind, replayedKind: DOWN.kind, recordedAt: null, replayedAt: null, error: DOWN, unanswered: 0, requests });
    },
  };
}

function failingRun(world: World): [ConnectionRow?, ConnectionRow["recent"][number]?] {
  const row = world.rows.find(({ health }) => health.state === "failing");
  return [row, row?.recent.at(-1)];
}
