/** Every connection as a row. A run that is under way shows in its row, without moving the others. */
import { useActions } from "../app/actions";
import { go, to } from "../app/route";
import { Unconfirmed } from "../connection/Unconfirmed";
import type { ConnectionRow } from "../ipc/types";
import { useRun } from "../ipc/live";
import { Button, IconButton } from "../kit/Button";
import { count } from "../kit/figures";
import { Mark } from "../kit/Mark";
import { Progress } from "../kit/Progress";
import { RunStrip } from "../kit/RunStrip";
import { Status } from "../kit/Status";
import { SyncedTime, Time, useNow } from "../kit/Time";
import { runWords } from "../words/runs";
import { activityWords, stateWords } from "../words/state";
import styles from "./ConnectionTable.module.css";

export function ConnectionTable({ rows }: { rows: ConnectionRow[] }) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Connection</th>
            <th scope="col">State</th>
            <th scope="col" className={styles.syncedColumn}>
              Last synced
            </th>
            <th scope="col" className={styles.figure}>
              Contacts
            </th>
            <th scope="col" className={styles.figure}>
              To push
            </th>
            <th scope="col">Last 14 days</th>
            <th scope="col">
              <span className={styles.unseen}>Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.connection.id} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { row: ConnectionRow }) {
  const { connection, health, pending } = row;
  const run = useRun(connection.id);
  const held = activityWords(health, useNow());
  const waiting = pending.create + pending.update + pending.archive;
  const { word, icon, tone } = stateWords(health.state);
  return (
    <tr>
      <td>
        <div className={styles.who}>
          <Mark name={row.providerName} />
          <div className={styles.names}>
            <span className={styles.titled}>
              <a href={to.connection(connection.id)} className={styles.name}>
                {connection.name}
              </a>
              {row.unconfirmed !== null && <Unconfirmed reason={row.unconfirmed} />}
            </span>
            <span className={styles.agency}>
              {row.providerName} · {connection.tenant}
            </span>
          </div>
        </div>
      </td>
      <td>
        <Status tone={tone} icon={icon}>
          {word}
        </Status>
        <span className={styles.syncedBelow}>
          <SyncedTime at={health.lastSyncedAt} />
        </span>
      </td>
      {run && run.kind !== "verify" ? (
        <td colSpan={4}>
          <div className={styles.progress}>
            <Progress label={`Progress of ${connection.name}`} done={run.done} total={run.total} />
            <span>{runWords(run, held)}</span>
          </div>
        </td>
      ) : (
        <>
          <td className={styles.syncedColumn}>
            <Time at={health.lastSyncedAt} />
          </td>
          <td className={styles.figure}>{count(row.contacts)}</td>
          <td className={styles.figure}>
            {waiting === 0 ? (
              <span className={styles.nothing}>0</span>
            ) : (
              <a href={to.connection(connection.id, "changes")} aria-label={`${count(waiting)} changes of ${connection.name} to push`}>
                {count(waiting)}
              </a>
            )}
          </td>
          <td className={styles.strip}>
            <RunStrip name={connection.name} runs={row.strip} onOpen={({ runId }) => go(to.connection(connection.id, "health", runId))} />
          </td>
        </>
      )}
      <td>
        <RowActions row={row} isRunning={run !== undefined} />
      </td>
    </tr>
  );
}

function RowActions({ row, isRunning }: { row: ConnectionRow; isRunning: boolean }) {
  const actions = useActions();
  const { connection } = row;
  if (isRunning) {
    return (
      <div className={styles.actions}>
        <Button small onClick={() => void actions.perform("cancel", connection.id)} aria-label={`Cancel the run of ${connection.name}`}>
          Cancel
        </Button>
      </div>
    );
  }
  const paused = row.health.state === "paused";
  return (
    <div className={styles.actions}>
      {paused ? (
        <IconButton icon="play" small label={`Resume ${connection.name}`} onClick={() => void actions.perform("resume", connection.id)} />
      ) : (
        <IconButton icon="sync" small label={`Sync ${connection.name}`} onClick={() => void actions.sync(connection)} />
      )}
      <IconButton icon="verify" small label={`Verify ${connection.name}`} onClick={() => void actions.verify(connection)} />
      <IconButton icon="changes" small label={`Preview ${connection.name}`} onClick={() => go(to.connection(connection.id, "changes"))} />
    </div>
  );
}
