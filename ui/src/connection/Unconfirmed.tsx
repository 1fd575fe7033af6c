/** The mark of an adapter that rests on guesses: always in sight, its reason one step away. */
import { Icon } from "../kit/Icon";
import { Prose } from "../kit/Prose";
import styles from "./Connection.module.css";

type Props = {
  reason: string;
  /** The reason shows at once. */
  unfolded: boolean;
};

export function Unconfirmed({ reason, unfolded }: Props) {
  return (
    <details key={String(unfolded)} open={unfolded} className={styles.unconfirmed}>
      <summary>
        <Icon name="warning" size={14} />
        In part unconfirmed
        <Icon name="down" size={14} className={styles.unfold} />
      </summary>
      <p>
        <Prose text={reason} />
      </p>
    </details>
  );
}
