/** The last fourteen days of syncs: a bar a run, or a few hours of them, its height the contacts, its colour the outcome. */
import { useId, useState, type KeyboardEvent, type PointerEvent } from "react";

import type { RunBar } from "../ipc/types";
import { runStatus } from "../words/runs";
import { counted, moment } from "./figures";
import styles from "./RunStrip.module.css";
import { useNow } from "./Time";

const WIDTH = 168;
const HEIGHT = 28;
const DAY = 86_400_000;
const DAYS = 14;

type Props = {
  name: string;
  runs: RunBar[];
  /** Opens the run that is pointed at. */
  onOpen: (run: RunBar) => void;
};

export function RunStrip({ name, runs, onOpen }: Props) {
  const id = useId();
  const now = useNow();
  const [shown, setShown] = useState<number | null>(null);
  if (runs.length === 0) return <span className={styles.none}>No runs yet</span>;
  const most = Math.max(1, ...runs.map((run) => run.contacts));
  const start = now - DAYS * DAY;
  const place = (run: RunBar) => Math.max(0, ((Date.parse(run.startedAt) - start) / (DAYS * DAY)) * (WIDTH - 5));
  const tall = (run: RunBar) => Math.max(4, Math.sqrt(run.contacts / most) * HEIGHT);
  const total = runs.reduce((sum, bar) => sum + bar.runs, 0);
  const failed = runs.reduce((sum, bar) => sum + bar.failed, 0);
  const wide = runs.length > DAYS * 3 ? 1.5 : 4;
  const current = shown === null ? undefined : runs[shown];

  const nearest = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const away = runs.map((run) => Math.abs(place(run) + 2 - x));
    setShown(away.indexOf(Math.min(...away)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const from = shown ?? runs.length - 1;
    setShown(Math.min(runs.length - 1, Math.max(0, from + (event.key === "ArrowLeft" ? -1 : 1))));
  };

  return (
    <button
      type="button"
      className={styles.strip}
      aria-label={`${name}: ${counted(total, "sync", "syncs")} in 14 days, ${failed} failed`}
      aria-describedby={current ? id : undefined}
      onClick={() => current && onOpen(current)}
      onPointerMove={nearest}
      onPointerLeave={() => setShown(null)}
      onFocus={() => setShown(runs.length - 1)}
      onBlur={() => setShown(null)}
      onKeyDown={onKeyDown}
    >
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.bars} aria-hidden="true">
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={styles.ground} />
        {runs.map((run, index) => (
          <rect
            key={run.runId}
            x={place(run)}
            y={HEIGHT - tall(run)}
            width={wide}
            height={tall(run)}
            rx={wide > 2 ? 1 : 0.5}
            data-status={run.status}
            data-shown={index === shown ? "" : undefined}
          />
        ))}
      </svg>
      {current && (
        <span id={id} role="tooltip" className={styles.tip}>
          {tellRun(current, now)}
        </span>
      )}
    </button>
  );
}

function tellRun(bar: RunBar, now: number): string {
  const ended = runStatus(bar.status).word.toLowerCase();
  const others = bar.runs > 1 ? `; ${counted(bar.runs, "sync", "syncs")} about then, ${bar.failed} failed` : "";
  return `${moment(bar.startedAt, now)}: ${ended}, ${counted(bar.contacts, "contact")}${others}`;
}
