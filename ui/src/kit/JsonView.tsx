/** A JSON value as it is, in a box that scrolls. */
import type { Json } from "../ipc/types";
import styles from "./JsonView.module.css";

export function JsonView({ label, value }: { label: string; value: Json }) {
  return <TextBlock label={label} text={JSON.stringify(value, null, 2)} />;
}

/** Text as it came. */
export function TextBlock({ label, text }: { label: string; text: string }) {
  return (
    // A box that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={styles.block} tabIndex={0} role="region" aria-label={label}>
      {text}
    </pre>
  );
}
