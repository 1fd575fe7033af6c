/** A table of any length, of which only the rows that show exist. */
import { Virtualizer, elementScroll, observeElementRect, useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useReducer, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from "react";
import { flushSync } from "react-dom";

import { ScrollSpace } from "./scrollSpace";
import styles from "./VirtualGrid.module.css";

export type GridColumn<Row> = {
  id: string;
  header: ReactNode;
  /** A CSS track, such as `minmax(10rem, 2fr)`. */
  width: string;
  cell: (row: Row, index: number) => ReactNode;
  figure?: boolean;
};

type Props<Row> = {
  label: string;
  columns: readonly GridColumn<Row>[];
  total: number;
  /** The row, or none while it is on its way. */
  rowAt: (index: number) => Row | undefined;
  /** Which rows show now. */
  onRange: (first: number, last: number) => void;
  onOpen: (row: Row, index: number) => void;
  /** The row that is open beside the table. */
  opened?: number | null;
  /** The rows are of an older question. */
  outdated?: boolean;
  /** In rem. */
  rowHeight?: number;
  /** The width below which it scrolls sideways, in rem. */
  narrowest?: number;
};

/** How long after the last movement the scroll bar is put right. */
const REST_MS = 140;

export function VirtualGrid<Row>(props: Props<Row>) {
  const { label, columns, total, rowAt, onRange, onOpen, opened, outdated, rowHeight = 2.5, narrowest = 24 } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [space] = useState(() => new ScrollSpace());
  const [active, setActive] = useState(0);
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  const height = Math.round(rowHeight * rootFontSize());

  // What it returns is read in this very render and handed to nobody.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    initialRect: { width: 800, height: 600 },
    observeElementRect: (instance, report) =>
      observeElementRect(instance, (rect) => {
        space.measure(instance.getTotalSize(), rect.height);
        report(rect);
      }),
    observeElementOffset: (instance, report) => followOffset(instance, space, report, () => flushSync(redraw)),
    scrollToFn: (offset, options, instance) => {
      const physical = space.physicalOf(offset);
      elementScroll(physical, options, instance);
      space.put(scroller.current?.scrollTop ?? physical, offset);
    },
  });
  space.measure(total * height, scroller.current?.clientHeight ?? 600);

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onRange(first, last), [first, last, onRange]);

  const go = (to: number) => {
    const next = Math.min(total - 1, Math.max(0, to));
    setActive(next);
    virtualizer.scrollToIndex(next, { align: "auto" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / height) - 2);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      go(to);
    } else if (event.key === "Enter" && event.target === event.currentTarget) {
      const row = rowAt(active);
      if (row !== undefined) onOpen(row, active);
    }
  };

  const template = { gridTemplateColumns: columns.map((column) => column.width).join(" ") };
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-busy={outdated ?? false}
      aria-activedescendant={items.some(({ index }) => index === active) ? `${id}-${active}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className={styles.scroller}
      style={{ "--narrowest": `${narrowest}rem` } as CSSProperties}
    >
      <div role="row" aria-rowindex={1} className={styles.head} style={template}>
        {columns.map((column) => (
          <div key={column.id} role="columnheader" className={column.figure === true ? styles.figure : styles.cell}>
            {column.header}
          </div>
        ))}
      </div>
      <div role="rowgroup" className={styles.body} style={{ height: space.height }} data-outdated={outdated === true ? "" : undefined}>
        {items.map((item) => {
          const row = rowAt(item.index);
          return (
            // The grid itself has the focus and takes the keys; the rows are its descendants.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={item.key}
              id={`${id}-${item.index}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={opened === item.index}
              data-active={item.index === active ? "" : undefined}
              className={styles.row}
              style={{ ...template, height, transform: `translateY(${item.start - space.shift}px)` }}
              onClick={() => {
                setActive(item.index);
                if (row !== undefined) onOpen(row, item.index);
              }}
            >
              {columns.map((column) => (
                <div key={column.id} role="gridcell" className={column.figure === true ? styles.figure : styles.cell}>
                  {row === undefined ? <span className={styles.ghost} /> : column.cell(row, item.index)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Tells the virtualizer the place in the list, and keeps the scroll bar true to it. */
function followOffset(
  instance: Virtualizer<HTMLDivElement, HTMLDivElement>,
  space: ScrollSpace,
  report: (offset: number, isScrolling: boolean) => void,
  redraw: () => void,
) {
  const element = instance.scrollElement;
  if (!element) return undefined;
  let byBar = false;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const putRight = () => {
    const wanted = space.correction;
    if (wanted === null || byBar) return;
    const place = space.offset;
    element.scrollTop = wanted;
    space.put(element.scrollTop, place);
    redraw();
  };
  const onScroll = () => {
    space.moved(element.scrollTop, byBar);
    if (space.isStuck) putRight();
    report(space.offset, true);
    clearTimeout(rest);
    rest = setTimeout(() => {
      report(space.offset, false);
      putRight();
    }, REST_MS);
  };
  // A press on the element itself is a press on its scroll bar: everything else in it is a row.
  const onDown = (event: PointerEvent) => {
    byBar = event.target === element;
  };
  const onUp = () => {
    byBar = false;
  };
  element.addEventListener("scroll", onScroll, { passive: true });
  element.addEventListener("pointerdown", onDown);
  element.addEventListener("wheel", onUp, { passive: true });
  window.addEventListener("pointerup", onUp);
  report(space.offset, false);
  return () => {
    clearTimeout(rest);
    element.removeEventListener("scroll", onScroll);
    element.removeEventListener("pointerdown", onDown);
    element.removeEventListener("wheel", onUp);
    window.removeEventListener("pointerup", onUp);
  };
}

function rootFontSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}
