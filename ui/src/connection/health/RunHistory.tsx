/** What was done, newest first, with a picture of the syncs. */
import { lazy, Suspense, useState } from "react";

import type { RunPoint, RunSummary } from "../../ipc/types";
import { useRead } from "../../ipc/cache";
import { columnsOf, DataTable, Pager, RowButton, type Columns } from "../../kit/DataTable";
import { count, counted, duration } from "../../kit/figures";
import { Empty } from "../../kit/Notice";
import { Panel } from "../../kit/Panel";
import { Status } from "../../kit/Status";
import { Time } from "../../kit/Time";
import { runKind, runStatus } from "../../words/runs";
import { ReadError } from "../ReadError";
import styles from "./Health.module.css";

// The chart's library is needed nowhere else: it comes after the page stands.
const RunChart = lazy(async () => ({ default: (await import("./RunChart")).RunChart }));

const PAGE = 20;

type Props = { connection: string; recent: RunPoint[]; onOpen: (runId: string) => void };

export function RunHistory({ connection, recent, onOpen }: Props) {
  const [offset, setOffset] = useState(0);
  const { data, error } = useRead("runs", [connection, PAGE, offset], { keep: true });
  return (
    <>
      {recent.length > 1 && (
        <Panel title={`The last ${counted(recent.length, "sync", "syncs")}`} sub="Contacts by outcome, and how long each took">
          <div className={styles.chart}>
            <Suspense fallback={null}>
              <RunChart runs={recent} />
            </Suspense>
          </div>
        </Panel>
      )}
      <Panel title="Run history" flush>
        {error && <ReadError connection={connection} error={error} />}
        {data?.total === 0 && (
          <Empty icon="clock" title="Nothing has run yet">
            The first sync brings the contacts in.
          </Empty>
        )}
        {data && data.total > 0 && (
          <>
            <RunTable runs={data.runs} onOpen={onOpen} />
            <Pager offset={offset} shown={data.runs.length} total={data.total} limit={PAGE} onChange={setOffset} />
          </>
        )}
      </Panel>
    </>
  );
}

type TableProps = { runs: RunSummary[]; onOpen: (runId: string) => void };
type Line = RunSummary & { open: () => void };

const column = columnsOf<Line>();
const columns: Columns<Line> = column.columns([
  column.display({
    id: "kind",
    header: "Run",
    cell: ({ row: { original } }) => <RowButton onClick={original.open}>{runKind(original.kind)}</RowButton>,
  }),
  column.display({
    id: "status",
    header: "Outcome",
    cell: ({ row: { original } }) => {
      const { word, icon, tone } = runStatus(original.status);
      return (
        <Status tone={tone} icon={icon} plain>
          {word}
        </Status>
      );
    },
  }),
  column.display({ id: "started", header: "Started", cell: ({ row: { original } }) => <Time at={original.startedAt} /> }),
  column.display({
    id: "took",
    header: "Took",
    cell: ({ row: { original } }) =>
      original.endedAt ? duration(Date.parse(original.endedAt) - Date.parse(original.startedAt)) : "",
  }),
  column.display({ id: "contacts", header: "Contacts", cell: ({ row: { original } }) => contactsOf(original) }),
  column.display({
    id: "error",
    header: "Error",
    cell: ({ row: { original } }) => (original.errorKind ? <code>{original.errorKind}</code> : ""),
  }),
]);

/** A check and a sign-in have to do with no contacts: a nought would look like a loss. */
function contactsOf({ kind, contacts }: RunSummary): string {
  return contacts === 0 && (kind === "verify" || kind === "keepAlive") ? "" : count(contacts);
}

/** Runs as rows; each opens. */
export function RunTable({ runs, onOpen }: TableProps) {
  const lines = runs.map((run) => ({ ...run, open: () => onOpen(run.runId) }));
  return (
    <DataTable label="Runs" columns={columns} rows={lines} rowId={(run) => run.runId} figures={["took", "contacts"]} />
  );
}
