/** What the CRM tells us unasked: the receiver, and every delivery with what came of it. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import { replace, to } from "../../app/route";
import type { ConnectionRow, DeliveryView } from "../../ipc/types";
import { useRead } from "../../ipc/cache";
import { Button } from "../../kit/Button";
import { columnsOf, DataTable, Pager, RowButton, type Columns } from "../../kit/DataTable";
import { count } from "../../kit/figures";
import { Empty, Notice } from "../../kit/Notice";
import { Panel } from "../../kit/Panel";
import { Prose } from "../../kit/Prose";
import { Status } from "../../kit/Status";
import { Time } from "../../kit/Time";
import { outcomeWords } from "../../words/activities";
import styles from "../Connection.module.css";
import { reasonFor, useProvider } from "../provider";
import { ReadError } from "../ReadError";
import { DeliveryDrawer } from "./DeliveryDrawer";
import { replay } from "./replay";
import { ReceiverCard } from "./ReceiverCard";
import { TestPayload } from "./TestPayload";
import { TurnedAway } from "./TurnedAway";

const PAGE = 50;

export function WebhooksTab({ row, open }: { row: ConnectionRow; open: string | null }) {
  const { id } = row.connection;
  const { provider, error: noProvider } = useProvider(row);
  const lacking = provider && reasonFor(provider, "webhooks");
  const [offset, setOffset] = useState(0);
  const [opened, setOpened] = useState<DeliveryView | null>(null);
  const test = (isOpen: boolean) => replace(to.connection(id, "webhooks", isOpen ? "test" : undefined));
  const actions = useActions();
  const { data, error } = useRead("webhooks", [id, PAGE, offset], { keep: true, enabled: provider !== undefined && lacking === undefined });
  if (lacking !== undefined) {
    return (
      <Notice icon="info" title={`${row.providerName} sends no webhooks`}>
        <Prose text={lacking} /> Changes come with each sync instead.
      </Notice>
    );
  }
  const failure = noProvider ?? error;
  if (failure) return <ReadError connection={id} error={failure} />;
  if (!data) {
    return (
      <div className={styles.stack} aria-busy="true">
        <Panel title={<>Receiver</>}>
          <div className={styles.toCome} />
        </Panel>
        <Panel title={<>Deliveries</>}>
          <div className={styles.toCome} />
        </Panel>
      </div>
    );
  }
  const failed = data.deliveries.filter(({ outcome }) => outcome === "failed").length;
  return (
    <div className={styles.stack}>
      <ReceiverCard connection={id} receiver={data.receiver} />
      <Panel
        title="Deliveries"
        flush
        actions={
          <>
            {failed > 0 && (
              <Button small icon="sync" onClick={() => void replay(actions, id, null)}>
                Replay {count(failed)} waiting
              </Button>
            )}
            <Button small icon="webhook" onClick={() => test(true)}>
              Test a payload
            </Button>
          </>
        }
      >
        {data.total === 0 ? (
          <Empty icon="webhook" title="Nothing has been delivered">
            Start the receiver, and give {row.providerName} an address that leads to it.
          </Empty>
        ) : (
          <>
            <DataTable
              label="Deliveries"
              columns={columns}
              rows={data.deliveries.map((delivery) => ({ ...delivery, open: () => setOpened(delivery) }))}
              rowId={(delivery) => `${delivery.key} ${delivery.receivedAt}`}
              figures={["contacts"]}
            />
            <Pager offset={offset} shown={data.deliveries.length} total={data.total} limit={PAGE} onChange={setOffset} />
          </>
        )}
      </Panel>
      <TurnedAway deliveries={data.receiver.turnedAway} />
      <DeliveryDrawer connection={id} delivery={opened} onClose={() => setOpened(null)} />
      <TestPayload connection={id} open={open === "test"} onClose={() => test(false)} />
    </div>
  );
}

type Line = DeliveryView & { open: () => void };

const column = columnsOf<Line>();
const columns: Columns<Line> = column.columns([
  column.display({
    id: "topic",
    header: "Event",
    cell: ({ row: { original } }) => <RowButton onClick={original.open}>{original.topic === "" ? "Not readable" : original.topic}</RowButton>,
  }),
  column.display({
    id: "outcome",
    header: "Outcome",
    cell: ({ row: { original } }) => {
      const { word, icon, tone } = outcomeWords(original.outcome);
      return (
        <Status tone={tone} icon={icon} plain>
          {word}
        </Status>
      );
    },
  }),
  column.display({ id: "received", header: "Received", cell: ({ row: { original } }) => <Time at={original.receivedAt} /> }),
  column.display({ id: "contacts", header: "Contacts", cell: ({ row: { original } }) => count(original.contacts) }),
  column.display({ id: "why", header: "Reason", cell: ({ row: { original } }) => original.error?.title ?? original.ignored ?? "" }),
]);
