/** The requests of a run, a page at a time: method, pattern of the path, status, time, size, limits, attempt. */
import { useState } from "react";

import type { TraceEntry } from "../../ipc/types";
import { columnsOf, DataTable, Pager, type Columns } from "../../kit/DataTable";
import { duration, size } from "../../kit/figures";
import { Status } from "../../kit/Status";
import { Tip } from "../../kit/Tip";

const column = columnsOf<TraceEntry>();
const columns: Columns<TraceEntry> = column.columns([
  column.display({
    id: "request",
    header: "Request",
    cell: ({ row: { original } }) => (
      <Tip text={original.host}>
        {/* The host shows on focus, too. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <code tabIndex={0}>
          {original.method} {original.pathTemplate}
        </code>
      </Tip>
    ),
  }),
  column.display({
    id: "status",
    header: "Answer",
    cell: ({ row: { original } }) => {
      const good = original.status !== null && original.status < 400;
      return (
        <Status tone={good ? "ok" : "bad"} icon={good ? "check" : "cross"} plain>
          {original.status === null ? (original.errorKind ?? "none") : String(original.status)}
        </Status>
      );
    },
  }),
  column.display({ id: "took", header: "Took", cell: ({ row: { original } }) => duration(original.durationMs) }),
  column.display({
    id: "waited",
    header: "Waited",
    cell: ({ row: { original } }) => (original.throttledMs === 0 ? "" : duration(original.throttledMs)),
  }),
  column.display({ id: "size", header: "Size", cell: ({ row: { original } }) => size(original.bytes) }),
  column.display({ id: "limits", header: "Limits", cell: ({ row: { original } }) => <Limits headers={original.limitHeaders} /> }),
  column.display({ id: "attempt", header: "Attempt", cell: ({ row: { original } }) => original.attempt }),
]);

/** What the answer said about the CRM's limits, header by header. */
function Limits({ headers }: { headers: TraceEntry["limitHeaders"] }) {
  return headers.map(([name, value]) => (
    <div key={name}>
      <code>
        {name}: {value}
      </code>
    </div>
  ));
}

/** A sync of a million contacts makes thousands of requests. */
const PAGE = 100;

export function TraceTable({ requests }: { requests: TraceEntry[] }) {
  const [asked, setOffset] = useState(0);
  // Another run may have fewer.
  const offset = asked < requests.length ? asked : 0;
  const shown = requests.slice(offset, offset + PAGE);
  return (
    <>
      <DataTable
        label="Requests"
        columns={columns}
        rows={shown}
        rowId={({ startedAt, attempt, pathTemplate }) => `${startedAt} ${attempt} ${pathTemplate}`}
        figures={["took", "waited", "size", "attempt"]}
      />
      <Pager
        label="Pages of requests"
        ways={["Earlier", "Later"]}
        offset={offset}
        shown={shown.length}
        total={requests.length}
        limit={PAGE}
        onChange={setOffset}
      />
    </>
  );
}
