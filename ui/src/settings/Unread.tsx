/** A panel whose content is not there: on its way, or with the reason and the way to try again. */
import { ReadError } from "../connection/ReadError";
import { Panel } from "../kit/Panel";
import styles from "./Settings.module.css";

type Props = { title: string; sub?: string; height?: "usual" | "form"; error: Error | null };

export function Unread({ title, sub, height = "usual", error }: Props) {
  return (
    <Panel title={title} {...(sub === undefined ? {} : { sub })}>
      {error ? <ReadError error={error} /> : <div className={styles.unread} data-height={height} />}
    </Panel>
  );
}
