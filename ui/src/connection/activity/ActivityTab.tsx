/** Engagement on its way back to the CRM, and what became of it. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import type { ActivityRow, ConnectionRow, WriteBackReport, WriteBackState } from "../../ipc/types";
import { useRead } from "../../ipc/cache";
import { Button } from "../../kit/Button";
import { columnsOf, DataTable, Pager, type Columns } from "../../kit/DataTable";
import { count, counted } from "../../kit/figures";
import { Empty, Notice } from "../../kit/Notice";
import { Prose } from "../../kit/Prose";
import { Status } from "../../kit/Status";
import { Segments } from "../../kit/Tabs";
import { Time } from "../../kit/Time";
import { tell } from "../../kit/Toasts";
import { activityWords, WRITE_BACK_ORDER, writeBackWords } from "../../words/activities";
import styles from "../Connection.module.css";
import { reasonFor, useProvider } from "../provider";
import { ReadError } from "../ReadError";

const PAGE = 50;
/** The most that are tried again at once. */
const MOST = 500;

export function ActivityTab({ row }: { row: ConnectionRow }) {
  const { id } = row.connection;
  const { provider } = useProvider(row);
  const [state, setState] = useState<WriteBackState | "all">("all");
  const [offset, setOffset] = useState(0);
  const [working, setWorking] = useState(false);
  const actions = useActions();
  const { data, error } = useRead("activities", [id, state === "all" ? null : state, PAGE, offset], { keep: true });
  const lacking = provider && reasonFor(provider, "activityWriteBack");

  const work = async (what: () => Promise<WriteBackReport | undefined>) => {
    setWorking(true);
    const report = await what();
    if (report) tellWriteBack(report, row.providerName);
    setWorking(false);
  };
  const retry = async () => {
    const refused = await actions.perform("activities", id, "rejected", MOST, 0);
    return refused && actions.perform("retryActivities", id, refused.activities.map((activity) => activity.id));
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
                <Button icon="sync" busy={working} onClick={() => void work(retry)}>
                  Retry {count(Math.min(MOST, data.counts.rejected))} refused
                </Button>
              )}
              <Button look="primary" icon="bolt" busy={working} onClick={() => void work(() => actions.perform("pullActivities", id))}>
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

function tellWriteBack({ results }: WriteBackReport, crm: string): void {
  const written = results.filter(({ status }) => status === "written" || status === "duplicate").length;
  const refused = results.filter(({ status }) => status === "rejected").length;
  const isWhole = refused === 0;
  tell({
    title: results.length === 0 ? "Nothing is waiting" : `${counted(written, "activity", "activities")} written to ${crm}`,
    ...(isWhole ? {} : { text: `${count(refused)} refused; each says why.` }),
    tone: isWhole ? "ok" : "warn",
    icon: isWhole ? "healthy" : "warning",
  });
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
  column.display({ id: "contact", header: "Contact", cell: ({ row: { original } }) => <code>{original.contact}</code> }),
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
