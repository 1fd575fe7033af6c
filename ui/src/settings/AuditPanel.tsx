/** Who did what and when, and a way to take it out. */
import { useState } from "react";

import { useActions } from "../app/actions";
import { ReadError } from "../connection/ReadError";
import { useRead } from "../ipc/cache";
import type { AuditFormat, AuditLine, ConnectionRow } from "../ipc/types";
import { Button } from "../kit/Button";
import { columnsOf, DataTable, Pager, type Columns } from "../kit/DataTable";
import { Empty } from "../kit/Notice";
import { Panel } from "../kit/Panel";
import { Select } from "../kit/Select";
import { Time } from "../kit/Time";
import { tell } from "../kit/Toasts";
import { auditAction, auditDetail } from "../words/audit";
import styles from "./Settings.module.css";

const PAGE = 20;
const ALL = "";

export function AuditPanel() {
  const [chosen, setChosen] = useState(ALL);
  const [offset, setOffset] = useState(0);
  const connection = chosen === ALL ? null : chosen;
  const { data: rows = [] } = useRead("overview", []);
  const { data, error } = useRead("auditLog", [connection, PAGE, offset], { keep: true });
  const choose = (next: string) => {
    setChosen(next);
    setOffset(0);
  };
  return (
    <Panel title="Audit log" sub="What people did, at this window and on the command line" flush>
      <div className={styles.auditBar}>
        <Select label="Audit log of" compact value={chosen} choices={choicesOf(rows)} onChange={choose} />
        <Export connection={connection} />
      </div>
      {error && <ReadError error={error} />}
      {data?.total === 0 && (
        <Empty icon="clock" title="Nothing has been done yet">
          Whatever somebody does to a connection is noted here.
        </Empty>
      )}
      {data && data.total > 0 && (
        <>
          <DataTable label="Audit log" columns={columns} rows={linesOf(data.entries, data.total - offset, rows)} rowId={({ place }) => String(place)} />
          <Pager offset={offset} shown={data.entries.length} total={data.total} limit={PAGE} onChange={setOffset} />
        </>
      )}
    </Panel>
  );
}

function Export({ connection }: { connection: string | null }) {
  const actions = useActions();
  const save = async (format: AuditFormat) => {
    const file = await actions.perform("exportAudit", connection, format);
    if (file) tell({ title: "Audit log saved", text: `\`${file}\``, tone: "ok", icon: "healthy" });
  };
  return (
    <div className={styles.auditExport}>
      <Button small icon="export" onClick={() => void save("csv")}>
        Export as CSV
      </Button>
      <Button small icon="export" onClick={() => void save("jsonl")}>
        Export as JSON
      </Button>
    </div>
  );
}

function choicesOf(rows: ConnectionRow[]) {
  return [{ value: ALL, label: "All connections" }, ...rows.map(({ connection }) => ({ value: connection.id, label: connection.name }))];
}

/** `place` is that of the entry from the log's beginning: it stays the same when others are added. */
type Line = AuditLine & { place: number; name: string };

function linesOf(entries: AuditLine[], newest: number, rows: ConnectionRow[]): Line[] {
  return entries.map((entry, index) => {
    // One that is gone is known by its id alone.
    const row = rows.find(({ connection }) => connection.id === entry.connection);
    return { ...entry, place: newest - index, name: row?.connection.name ?? entry.connection ?? "" };
  });
}

const column = columnsOf<Line>();
const columns: Columns<Line> = column.columns([
  column.display({ id: "when", header: "When", cell: ({ row: { original } }) => <Time at={original.at} /> }),
  column.display({ id: "who", header: "Who", cell: ({ row: { original } }) => original.actor }),
  column.display({ id: "what", header: "What", cell: ({ row: { original } }) => auditAction(original.action) }),
  column.display({ id: "connection", header: "Connection", cell: ({ row: { original } }) => original.name }),
  column.display({ id: "details", header: "Details", cell: ({ row: { original } }) => auditDetail(original) }),
]);
