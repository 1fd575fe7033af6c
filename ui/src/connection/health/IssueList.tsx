/** What is wrong: each with its remedy, its owner and the button that starts the remedy. */
import type { ReactNode } from "react";

import type { Doubt, Health, Issue } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { Icon } from "../../kit/Icon";
import { Prose } from "../../kit/Prose";
import { Time } from "../../kit/Time";
import { ownerWords } from "../../words/owner";
import { isOfRemovals } from "../../words/remedy";
import { saidOf } from "../../words/state";
import styles from "./Health.module.css";

type Props = {
  health: Health;
  /** Why removals are held, where they are. */
  doubt?: Doubt | null;
  action?: (issue: Issue) => ReactNode;
  onExport?: () => void;
};

export function IssueList({ health, doubt = null, action, onExport }: Props) {
  if (health.issues.length === 0) return null;
  return (
    <ul className={styles.issues} aria-label="What is wrong">
      {health.issues.map((issue) => ({ issue, said: isOfRemovals(issue, doubt) ? (doubt?.message ?? null) : saidOf(health, issue) })).map(({ issue, said }) => (
        <li key={`${issue.kind} ${issue.openedAt}`} className={styles.issue}>
          <Icon name="failing" className={styles.issueIcon} />
          <div className={styles.issueText}>
            <h2>{issue.title}</h2>
            {said !== null && (
              <p>
                <Prose text={said} />
              </p>
            )}
            <p>
              <strong>What to do:</strong> <Prose text={issue.remedy} />
            </p>
            <p className={styles.quiet}>
              {ownerWords(issue.owner)} Open <Time at={issue.openedAt} as="since" />.
            </p>
          </div>
          <div className={styles.issueActions}>
            {action?.(issue)}
            {onExport && (
              <Button icon="export" onClick={onExport}>
                Export bundle
              </Button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
