/** A connection that needs somebody: what, why, since when, and the way to mend it. */
import { useActions } from "../app/actions";
import { useRemedy } from "../app/remedy";
import { to } from "../app/route";
import type { ConnectionRow } from "../ipc/types";
import { Button, IconButton } from "../kit/Button";
import { Prose } from "../kit/Prose";
import { Status } from "../kit/Status";
import { Time } from "../kit/Time";
import { ownerWords } from "../words/owner";
import { remedyFor, remedyLabel } from "../words/remedy";
import { causeOf, stateWords } from "../words/state";
import styles from "./Overview.module.css";

export function Attention({ row, isWorst }: { row: ConnectionRow; isWorst: boolean }) {
  const { connection, health } = row;
  const { word, icon, tone } = stateWords(health.state);
  const remedy = remedyFor(row);
  const start = useRemedy(row);
  const actions = useActions();
  const [issue] = health.issues;
  return (
    <li className={[styles.item, styles[tone]].join(" ")}>
      <Status tone={tone} icon={icon}>
        {word}
      </Status>
      <div className={styles.why}>
        <p className={styles.who}>
          <a href={to.connection(connection.id)} className={styles.name}>
            {connection.name}
          </a>
          <span className={styles.since}>
            <Time at={health.since} as="since" />
          </span>
          {issue && <span className={styles.since}>{ownerWords(issue.owner)}</span>}
        </p>
        <p className={styles.cause}>
          <Prose text={causeOf(row)} />
        </p>
      </div>
      <div className={styles.buttons}>
        <Button small look={isWorst ? "primary" : "plain"} onClick={() => start(remedy)} aria-label={`${remedyLabel(remedy)}: ${connection.name}`}>
          {remedyLabel(remedy)}
        </Button>
        {remedy !== "bundle" && (
          <IconButton small icon="export" label={`Export bundle: ${connection.name}`} onClick={() => actions.exportBundle(connection.id, null)} />
        )}
      </div>
    </li>
  );
}
