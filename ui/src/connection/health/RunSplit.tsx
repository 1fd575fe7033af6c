/** Where the time of a run went. */
import type { Json, RunKind, SpentReport } from "../../ipc/types";
import { duration } from "../../kit/figures";
import styles from "./Health.module.css";

type Words = { asked: string; mapping: string };

const READING: Words = { asked: "the CRM", mapping: "reading" };

/** Whom a run waits for, and what it does with the records meanwhile. */
const WORDS: Partial<Record<RunKind, Words>> = {
  push: { asked: "NurtureHub", mapping: "putting together" },
  writeBack: { asked: "the CRM and NurtureHub", mapping: "putting together" },
};

export function RunSplit({ kind, report }: { kind: RunKind; report: Json }) {
  const { spent, ofPlatform } = (report ?? {}) as { spent?: Partial<SpentReport>; ofPlatform?: boolean };
  if (!spent) return null;
  const { asked, mapping } = WORDS[kind] ?? READING;
  const parts: [string, number | undefined][] = [
    [`waiting for ${ofPlatform ? "NurtureHub" : asked}`, spent.waitingMs],
    ["for limits", spent.throttledMs],
    [mapping, spent.mappingMs],
    ["storing", spent.storingMs],
  ];
  // Runs of an earlier version know fewer parts.
  const known = parts.flatMap(([what, time]) => (typeof time === "number" ? [`${what} ${duration(time)}`] : []));
  return (
    <p className={styles.quiet}>
      Time spent {known.join(", ")}.{kind === "sync" && " These go on side by side."}
    </p>
  );
}
