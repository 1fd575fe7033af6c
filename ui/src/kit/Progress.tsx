/** How far something has come. */
import styles from "./Progress.module.css";

type Props = { label: string; done: number; total: number | null };

/** A bar; without a total it only says that work goes on. */
export function Progress({ label, done, total }: Props) {
  const share = total === null || total === 0 ? null : Math.min(1, done / total);
  return (
    <div
      className={styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
    >
      <div
        className={share === null ? styles.unknown : styles.bar}
        style={share === null ? undefined : { transform: `scaleX(${share})` }}
      />
    </div>
  );
}

/** A share that has been used up, such as a day's allowance. */
export function Meter({ label, used, limit }: { label: string; used: number; limit: number }) {
  const share = limit === 0 ? 0 : Math.min(1, used / limit);
  return (
    <div
      className={styles.track}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={limit}
      aria-valuenow={used}
    >
      <div className={[styles.bar, share > 0.9 ? styles.nearly : ""].join(" ")} style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
