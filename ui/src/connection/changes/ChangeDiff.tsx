/** One change, before and after, field by field. */
import { to } from "../../app/route";
import type { ChangeView } from "../../ipc/types";
import { ButtonLink } from "../../kit/Button";
import { Empty, Notice } from "../../kit/Notice";
import { Status } from "../../kit/Status";
import { changeWords, fieldWords } from "../../words/contacts";
import { valueWords } from "../../words/values";
import styles from "./Changes.module.css";

type Props = { change: ChangeView | null; connection: string };

export function ChangeDiff({ change, connection }: Props) {
  if (!change) {
    return (
      <aside className={styles.diff} aria-label="The change in full">
        <Empty icon="changes" title="Nothing chosen">
          Choose a change to see it field by field.
        </Empty>
      </aside>
    );
  }
  const { word, icon, tone } = changeWords(change.kind);
  return (
    // It scrolls, and must be reachable by keyboard for that.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <aside className={styles.diff} aria-label="The change in full" tabIndex={0}>
      <header className={styles.diffHead}>
        <div>
          <h2>{change.fullName}</h2>
          <code className={styles.quiet}>{change.externalId}</code>
        </div>
        <Status tone={tone} icon={icon}>
          {word}
        </Status>
      </header>
      {change.blockedBy && (
        <Notice tone="bad" icon="failing" title={change.blockedBy.field ? fieldWords(change.blockedBy.field) : "Not sent"}>
          {change.blockedBy.message}
          {change.blockedBy.code === "removalHeld" && (
            <p>
              <a href={to.connection(connection, "health", "removals")}>Review the removals</a>
            </p>
          )}
        </Notice>
      )}
      <dl className={styles.fieldList}>
        {change.fields.map(({ field, before, after }) => (
          <div key={field} className={styles.fieldRow}>
            <dt>{fieldWords(field)}</dt>
            <dd>
              {before !== null && (
                <del className={styles.before}>
                  <span className={styles.unseen}>Before: </span>
                  {valueWords(field, before)}
                </del>
              )}
              {after === null ? (
                <span className={styles.gone}>taken away</span>
              ) : (
                <ins className={styles.after}>
                  <span className={styles.unseen}>After: </span>
                  {valueWords(field, after)}
                </ins>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <ButtonLink small to={to.connection(connection, "contacts", change.externalId)} icon="person">
        Open the contact
      </ButtonLink>
    </aside>
  );
}
