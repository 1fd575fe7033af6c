/** Deliveries of which nothing is kept: whoever sets a webhook up sees that they came, and why they went. */
import type { Receiver } from "../../ipc/types";
import { columnsOf, DataTable, type Columns } from "../../kit/DataTable";
import { Panel } from "../../kit/Panel";
import { Prose } from "../../kit/Prose";
import { Status } from "../../kit/Status";
import { Time } from "../../kit/Time";

type Delivery = Receiver["turnedAway"][number];
type Line = Delivery & { place: number };
const column = columnsOf<Line>();
const columns: Columns<Line> = column.columns([
  column.display({ id: "topic", header: "Event", cell: ({ row: { original } }) => original.topic ?? "Not read" }),
  column.display({
    id: "outcome",
    header: "Outcome",
    cell: ({ row: { original } }) =>
      original.refusal ? (
        <Status tone="bad" icon="failing" plain>
          Refused
        </Status>
      ) : (
        <Status tone="calm" icon="dash" plain>
          Duplicate
        </Status>
      ),
  }),
  column.display({ id: "at", header: "Received", cell: ({ row: { original } }) => <Time at={original.at} /> }),
  column.display({
    id: "why",
    header: "Reason",
    cell: ({ row: { original } }) =>
      original.refusal ? (
        <Prose text={`${original.refusal.message} ${original.refusal.remedy}`} />
      ) : (
        "It had come before; nothing was done again."
      ),
  }),
]);

export function TurnedAway({ deliveries }: { deliveries: Delivery[] }) {
  if (deliveries.length === 0) return null;
  return (
    <Panel title="Turned away" sub="The last since the receiver was started; nothing of these is kept" flush>
      <DataTable
        label="Turned away"
        columns={columns}
        rows={deliveries.map((delivery, place) => ({ ...delivery, place }))}
        rowId={({ at, place }) => `${at} ${place}`}
      />
    </Panel>
  );
}
