/** A connection that needs somebody: what, why, since when, and the way to mend it. */
import { useRemedy } from "../app/remedy";
import { to } from "../app/route";
import type { ConnectionRow } from "../ipc/types";
import { Button, ButtonLink } from "../kit/Button";
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
  const [issue] = health.issues;
  return (
    <li className={[styles.item, styles[tone]].join(" ")}>
      <div className={styles.what}>
        <Status tone={tone} icon={icon}>
          {word}
        </Status>
        <span className={styles.since}>
          <Time at={health.since} as="since" />
        </span>
      </div>
      <div className={styles.why}>
        <a href={to.connection(connection.id)} className={styles.name}>
          {connection.name}
        </a>
        <p className={styles.cause}>
          <Prose text={causeOf(row)} />
        </p>
        {issue && <p className={styles.owner}>{ownerWords(issue.owner)}</p>}
      </div>
      <div className={styles.buttons}>
        <Button look={isWorst ? "primary" : "plain"} onClick={() => start(remedy)} aria-label={`${remedyLabel(remedy)}: ${connection.name}`}>
          {remedyLabel(remedy)}
        </Button>
        <ButtonLink to={to.connection(connection.id)} look="quiet">
          Details
        </ButtonLink>
      </div>
    </li>
  );
}
