/** The runs of a bundle. Only the one in question has its requests with it, so none opens. */
import type { RunSummary } from "../ipc/types";
import { columnsOf, DataTable, type Columns } from "../kit/DataTable";
import { count } from "../kit/figures";
import { Status } from "../kit/Status";
import { Time } from "../kit/Time";
import { runKind, runStatus } from "../words/runs";

const column = columnsOf<RunSummary>();
const columns: Columns<RunSummary> = column.columns([
  column.display({ id: "kind", header: "Run", cell: ({ row: { original } }) => runKind(original.kind) }),
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
  column.display({ id: "contacts", header: "Contacts", cell: ({ row: { original } }) => count(original.contacts) }),
  column.display({ id: "error", header: "Error", cell: ({ row: { original } }) => (original.errorKind ? <code>{original.errorKind}</code> : "") }),
]);

export function RunList({ runs }: { runs: RunSummary[] }) {
  return <DataTable label="Runs of the bundle" columns={columns} rows={runs} rowId={(run) => run.runId} figures={["contacts"]} />;
}
