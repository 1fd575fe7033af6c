/** A state: colour, shape and word, never colour alone. */
import { Icon, type IconName } from "./Icon";
import styles from "./Status.module.css";

export type Tone = "ok" | "warn" | "bad" | "calm" | "accent";

type Props = { tone: Tone; icon: IconName; children: string; plain?: boolean };

/** As a pill, or plainly within a line of text. */
export function Status({ tone, icon, children, plain }: Props) {
  return (
    <span className={[plain === true ? styles.plain : styles.pill, styles[tone]].join(" ")}>
      <Icon name={icon} size={14} />
      {children}
    </span>
  );
}

/** The shape alone, for where the word stands beside it in another place. */
export function StatusShape({ tone, icon, label }: { tone: Tone; icon: IconName; label: string }) {
  return (
    <span className={[styles.shape, styles[tone]].join(" ")} role="img" aria-label={label} title={label}>
      <Icon name={icon} size={14} />
    </span>
  );
}
