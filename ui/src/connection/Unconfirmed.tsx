/** The mark of an adapter that rests on guesses: a quiet word, its reason on hover and focus. The
 *  form and the confirmation of a push say it in full. */
import { Tip } from "../kit/Tip";
import styles from "./Connection.module.css";

export function Unconfirmed({ reason }: { reason: string }) {
  return (
    <Tip text={reason}>
      {/* Its reason can be asked for by keyboard, too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <span tabIndex={0} className={styles.unconfirmed} aria-description={reason}>
        unconfirmed
      </span>
    </Tip>
  );
}
