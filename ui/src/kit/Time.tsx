/** A time that is told as a distance, and exactly on hover or focus. */
import { createContext, use } from "react";

import { absolute, lasting, moment, relative } from "./figures";
import { Tip } from "./Tip";
import styles from "./Time.module.css";

/** The time, in milliseconds, as of the last tick: screens that tell distances follow it. */
export const NowContext = createContext(0);

export function useNow(): number {
  return use(NowContext);
}

type Props = {
  at: string | null | undefined;
  /** `ago` tells a distance, `since` how long it has been so, `clock` the time of day. */
  as?: "ago" | "since" | "clock";
  /** What stands where there is no time. */
  none?: string;
};

export function Time({ at, as = "ago", none = "never" }: Props) {
  const now = useNow();
  if (at === null || at === undefined) return <span className={styles.none}>{none}</span>;
  const told = as === "ago" ? relative(at, now) : as === "since" ? lasting(at, now) : moment(at, now);
  return (
    <Tip text={absolute(at)}>
      {/* A distance can be asked for its exact time by keyboard, too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <time dateTime={at} tabIndex={0} className={styles.time}>
        {told}
      </time>
    </Tip>
  );
}

/** `synced 3 h ago`, `never synced`. */
export function SyncedTime({ at }: Pick<Props, "at">) {
  if (at === null || at === undefined) return "never synced";
  return (
    <>
      synced <Time at={at} />
    </>
  );
}

/** The same as `Time` for a long list: lighter, and no stop for the keyboard in each row. */
export function PlainTime({ at, none = "never" }: Pick<Props, "at" | "none">) {
  const now = useNow();
  if (at === null || at === undefined) return <span className={styles.none}>{none}</span>;
  return (
    <time dateTime={at} title={absolute(at)} className={styles.time}>
      {relative(at, now)}
    </time>
  );
}
