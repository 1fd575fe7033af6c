/** Syncs over time: bars of contacts by outcome, a line of how long each took. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import type { RunPoint } from "../../ipc/types";
import { counted, duration } from "../../kit/figures";
import { rootFontSize } from "../../kit/rootFontSize";
import styles from "./Health.module.css";

/** In rem, so that it grows with the text. */
const HEIGHT = 10.5;

/** The side of an axis; the library declares its names, but does not ship them. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const RIGHT: uPlot.Axis.Side = 1;

const DAY = 86_400;
/** Room for half a bar at either end, in seconds: a part of what is between, and so much at least and most. */
const ROOM = { part: 0.05, least: 900, most: DAY / 3 };

/** Round times for the axis on the right, in milliseconds. */
const STEPS_MS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
];

/** Outcomes, from the ground up; drawn from the top down, each over the one below. */
const LAYERS = [
  { key: "unchanged", label: "Unchanged", color: "--calm-mark" },
  { key: "updated", label: "Changed", color: "--accent" },
  { key: "created", label: "New", color: "--ok-mark" },
  { key: "rejected", label: "Not readable", color: "--bad-mark" },
] as const;

export function RunChart({ runs }: { runs: RunPoint[] }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    let chart = draw(element, runs);
    const redraw = () => {
      chart.destroy();
      chart = draw(element, runs);
    };
    const widths = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT * rootFontSize() }));
    widths.observe(element);
    // Canvas does not follow style sheets: a new theme needs a new drawing.
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme", "style"] });
    return () => {
      widths.disconnect();
      theme.disconnect();
      chart.destroy();
    };
  }, [runs]);
  const contacts = runs.map((run) => run.created + run.updated + run.unchanged);
  const longest = Math.max(...runs.map((run) => run.durationMs));
  return (
    <figure>
      <div
        ref={place}
        className={styles.plot}
        role="img"
        aria-label={`${counted(runs.length, "sync", "syncs")}; the largest had ${counted(Math.max(...contacts), "contact")}, the longest took ${duration(longest)}. The run history below has each.`}
      />
      <figcaption className={styles.legend}>
        {LAYERS.map(({ key, label }) => (
          <span key={key}>
            <i data-layer={key} />
            {label}
          </span>
        ))}
        <span>
          <i data-layer="duration" />
          How long it took (right)
        </span>
      </figcaption>
    </figure>
  );
}

function draw(element: HTMLElement, runs: RunPoint[]): uPlot {
  const style = getComputedStyle(document.documentElement);
  const rem = rootFontSize();
  const color = (name: string) => style.getPropertyValue(name).trim();
  const times = runs.map((run) => Date.parse(run.startedAt) / 1000);
  // Each layer holds the sum up to itself, and the tallest is drawn first.
  const sums = LAYERS.map((_, layer) =>
    runs.map((run) => LAYERS.slice(0, layer + 1).reduce((sum, { key }) => sum + run[key], 0)),
  );
  const bars = uPlot.paths.bars?.({ size: [0.6, 12, 2], radius: 0.15 });
  const layers = LAYERS.map((layer, index) => ({ ...layer, data: sums[index] ?? [] })).reverse();
  const axis = {
    stroke: color("--text-3"),
    font: `${0.6875 * rem}px ${getComputedStyle(document.body).fontFamily || "sans-serif"}`,
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return new uPlot(
    {
      width: element.clientWidth || 600,
      height: HEIGHT * rem,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 0, 0, 0],
      scales: { x: { time: true, range: (_, min, max) => [min - roomOf(max - min), max + roomOf(max - min)] }, y: { range: (_, __, max) => [0, max === 0 ? 1 : max * 1.1] }, ms: { range: (_, __, max) => [0, (max || 1) * 1.25] } },
      axes: [
        { ...axis, size: 1.625 * rem, grid: { show: false }, values: (_, splits, __, ___, step) => splits.map((split) => (step < DAY ? timeOf(split) : dayOf(split))) },
        { ...axis, size: 3.25 * rem, values: (_, splits) => splits.map(short) },
        { ...axis, scale: "ms", side: RIGHT, size: 3.75 * rem, grid: { show: false }, incrs: STEPS_MS, values: (_, splits) => splits.map((ms) => (ms === 0 ? "0" : duration(ms).replace(".0", ""))) },
      ],
      series: [
        {},
        ...layers.map(({ label, color: name }) => ({
          label,
          fill: color(name),
          width: 0,
          points: { show: false },
          ...(bars ? { paths: bars } : {}),
        })),
        { label: "Duration", scale: "ms", stroke: color("--text-2"), paths: () => null, points: { show: true, size: 5, width: 1.5, fill: color("--surface") } },
      ],
    },
    [times, ...layers.map(({ data }) => data), runs.map((run) => run.durationMs)],
    element,
  );
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayOf = (seconds: number) => day.format(seconds * 1000);
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
/** Where the syncs are hours apart: the time of day, and the day where one begins. */
const timeOf = (seconds: number) => {
  const time = clock.format(seconds * 1000);
  return time === "00:00" ? dayOf(seconds) : time;
};
const roomOf = (span: number) => Math.min(ROOM.most, Math.max(ROOM.least, span * ROOM.part));
const compact = new Intl.NumberFormat("en-GB", { notation: "compact" });
const short = (value: number) => compact.format(value);
