/** A panel whose content is not there: on its way, or with the reason and the way to try again. */
import { ReadError } from "../connection/ReadError";
import { Panel } from "../kit/Panel";
import styles from "./Settings.module.css";

export function Unread({ title, error }: { title: string; error: Error | null }) {
  return <Panel title={title}>{error ? <ReadError error={error} /> : <div className={styles.unread} />}</Panel>;
}
