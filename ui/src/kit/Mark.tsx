/** A CRM's mark: the first letters of its name, so that a new CRM needs no drawing. */
import styles from "./Mark.module.css";

export function Mark({ name, big }: { name: string; big?: boolean }) {
  return (
    <span className={[styles.mark, big === true ? styles.big : ""].join(" ")} aria-hidden="true">
      {name.slice(0, 2)}
    </span>
  );
}
