/** Engagement on its way back to the CRM, and what became of it. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import type { ActivityRow, ConnectionRow, WriteBackState } from "../../ipc/types";
import { useRead } from "../../ipc/cache";
import { Button } from "../../kit/Button";
import { columnsOf, DataTable, Pager, type Columns } from "../../kit/DataTable";
import { count } from "../../kit/figures";
import { Empty, Notice } from "../../kit/Notice";
import { Prose } from "../../kit/Prose";
import { Status } from "../../kit/Status";
import { Segments } from "../../kit/Tabs";
import { Time } from "../../kit/Time";
import { activityWords, WRITE_BACK_ORDER, writeBackWords } from "../../words/activities";
import styles from "../Connection.module.css";
import { reasonFor, useProvider } from "../provider";
import { ReadError } from "../ReadError";
import { MOST, retryRefused, writeBack } from "./writeBack";

const PAGE = 50;

/** `open` names the state of the activities that are shown at first. */
export function ActivityTab({ row, open }: { row: ConnectionRow; open: string | null }) {
  const { id } = row.connection;
  const { provider } = useProvider(row);
  const [state, setState] = useState<WriteBackState | "all">(WRITE_BACK_ORDER.find((known) => known === open) ?? "all");
  const [offset, setOffset] = useState(0);
  const [working, setWorking] = useState(false);
  const actions = useActions();
  const { data, error } = useRead("activities", [id, state === "all" ? null : state, PAGE, offset], { keep: true });
  const lacking = provider && reasonFor(provider, "activityWriteBack");

  const work = async (what: typeof writeBack) => {
    setWorking(true);
    await what(actions, row);
    setWorking(false);
  };
  return (
    <div className={styles.stack}>
      {lacking !== undefined && (
        <Notice icon="info" title={`${row.providerName} takes no engagement back`}>
          <Prose text={lacking} />
        </Notice>
      )}
      {lacking === undefined && (
        <div className={styles.bar}>
          {data && (
            <Segments
              label="Activities to show"
              value={state}
              onChange={(next) => {
                setState(next);
                setOffset(0);
              }}
              choices={[
                { value: "all" as const, label: "All" },
                ...WRITE_BACK_ORDER.map((value) => ({ value, label: writeBackWords(value).word, count: count(data.counts[value]) })),
              ]}
            />
          )}
          <span className={styles.push}>
            <span className={styles.bar}>
              {data !== undefined && data.counts.rejected > 0 && (
                <Button icon="sync" busy={working} onClick={() => void work(retryRefused)}>
                  Retry {count(Math.min(MOST, data.counts.rejected))} refused
                </Button>
              )}
              <Button look="primary" icon="bolt" busy={working} onClick={() => void work(writeBack)}>
                Write back now
              </Button>
            </span>
          </span>
        </div>
      )}
      {error && <ReadError connection={id} error={error} />}
      {data && lacking === undefined && (
        <div className={styles.listBox}>
          {data.activities.length === 0 ? (
            <Empty icon="bolt" title="Nothing here">
              What NurtureHub does with these contacts, such as an email that was opened, waits here to be written to{" "}
              {row.providerName}.
            </Empty>
          ) : (
            <>
              <DataTable label="Activities" columns={columns} rows={data.activities} rowId={(activity) => activity.id} figures={["attempts"]} />
              <Pager offset={offset} shown={data.activities.length} total={data.total} limit={PAGE} onChange={setOffset} />
            </>
          )}
        </div>
      )}
    </div>
  );
}

/** Who it is, and the id by which the CRM knows the person; that alone of one who is not here. */
function Who({ activity: { contact, contactName } }: { activity: ActivityRow }) {
  if (contactName === null) return <code>{contact}</code>;
  return (
    <div className={styles.person}>
      {contactName}
      <div className={styles.muted}>
        <code>{contact}</code>
      </div>
    </div>
  );
}

const column = columnsOf<ActivityRow>();
const columns: Columns<ActivityRow> = column.columns([
  column.display({
    id: "kind",
    header: "Activity",
    cell: ({ row: { original } }) => (
      <>
        <strong>{activityWords(original.kind)}</strong> {original.subject}
      </>
    ),
  }),
  column.display({ id: "contact", header: "Contact", cell: ({ row: { original } }) => <Who activity={original} /> }),
  column.display({ id: "occurred", header: "Happened", cell: ({ row: { original } }) => <Time at={original.occurredAt} /> }),
  column.display({
    id: "state",
    header: "Write-back",
    cell: ({ row: { original } }) => {
      const { word, icon, tone } = writeBackWords(original.state);
      return (
        <Status tone={tone} icon={icon} plain>
          {word}
        </Status>
      );
    },
  }),
  column.display({
    id: "why",
    header: "Entry or reason",
    cell: ({ row: { original } }) =>
      original.error ? (
        original.error.message
      ) : original.reference !== null ? (
        <code>{original.reference}</code>
      ) : original.nextAttemptAt !== null ? (
        <>
          Tried again <Time at={original.nextAttemptAt} />
        </>
      ) : (
        ""
      ),
  }),
  column.display({ id: "attempts", header: "Attempts", cell: ({ row: { original } }) => original.attempts }),
]);
