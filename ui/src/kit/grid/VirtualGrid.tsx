/** A table of any length, of which only the rows that show exist. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useLayoutEffect, useReducer, useRef, useState, type CSSProperties, type KeyboardEvent, type MouseEvent } from "react";
import { flushSync } from "react-dom";

import { useRootFontSize } from "../rootFontSize";
import { followOffset, followSize } from "./following";
import { GridRow, type GridColumn } from "./GridRow";
import { ScrollSpace } from "./scrollSpace";
import styles from "./VirtualGrid.module.css";

export type { GridColumn } from "./GridRow";

type Props<Row> = {
  label: string;
  /** Keep them outside the component where they do not change: rows are drawn anew when they do. */
  columns: readonly GridColumn<Row>[];
  total: number;
  /** The row, or none while it is on its way. */
  rowAt: (index: number) => Row | undefined;
  /** Which rows show now. */
  onRange: (first: number, last: number) => void;
  onOpen: (row: Row, index: number) => void;
  /** What the space bar does with the active row. */
  onToggle?: ((row: Row) => void) | undefined;
  /** The row that is open beside the table. */
  opened?: number | null;
  /** The rows are of an older question. */
  outdated?: boolean;
  /** The width below which it scrolls sideways, in rem. */
  narrowest?: number;
};

/** Heights in rem. */
const ROW = 2.5;
const HEAD = 2.25;

export function VirtualGrid<Row>(props: Props<Row>) {
  const rem = useRootFontSize();
  // Another size of text has other heights: the list is laid out anew.
  return <Grid key={rem} {...props} rem={rem} />;
}

function Grid<Row>(props: Props<Row> & { rem: number }) {
  const { rem, label, columns, total, rowAt, onRange, onOpen, onToggle, opened, outdated, narrowest = 24 } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [space] = useState(() => new ScrollSpace());
  const [active, setActive] = useState(0);
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  const height = Math.round(ROW * rem);
  const head = HEAD * rem;

  // What it returns is read in this very render and handed to nobody.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    initialRect: { width: 800, height: 600 },
    observeElementRect: (instance, report) => followSize(instance, head, report, () => redraw()),
    observeElementOffset: (instance, report) => followOffset(instance, space, report, () => flushSync(redraw)),
    // Places are the list's here and the element's there: all scrolling goes through `scrollTo`.
    scrollToFn: () => undefined,
  });
  space.measure(total * height, (virtualizer.scrollRect?.height ?? 600));

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onRange(first, last), [first, last, onRange]);

  const scrollTo = (place: number) => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = space.physicalOf(place);
    space.put(element.scrollTop, place);
    element.dispatchEvent(new Event("scroll"));
  };
  const go = (to: number) => {
    const next = Math.min(total - 1, Math.max(0, to));
    setActive(next);
    const viewport = virtualizer.scrollRect?.height ?? 600;
    if (next * height < space.offset) scrollTo(next * height);
    else if ((next + 1) * height > space.offset + viewport) scrollTo((next + 1) * height - viewport);
  };
  const open = (index: number) => {
    setActive(index);
    const row = rowAt(index);
    if (row !== undefined) onOpen(row, index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((virtualizer.scrollRect?.height ?? 600) / height) - 1);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1,
    };
    const to = steps[event.key];
    const row = rowAt(active);
    if (event.key === "Enter") open(active);
    else if (event.key === " " && onToggle) {
      if (row !== undefined) onToggle(row);
    } else if (to === undefined) return;
    else go(to);
    event.preventDefault();
  };
  const onClick = (event: MouseEvent) => {
    const row = (event.target as Element).closest<HTMLElement>("[data-index]");
    if (row) open(Number(row.dataset.index));
  };

  // A row that goes out of sight takes what had the focus with it: the list itself has it then.
  const focused = useRef(false);
  useLayoutEffect(() => {
    if (focused.current && document.activeElement === document.body) scroller.current?.focus({ preventScroll: true });
  });

  const template = columns.map((column) => column.width).join(" ");
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
      onFocus={() => {
        focused.current = true;
      }}
      onBlur={() => {
        focused.current = false;
      }}
      onClick={onClick}
      className={styles.scroller}
      style={{ "--narrowest": `${narrowest}rem` } as CSSProperties}
    >
      <div role="row" aria-rowindex={1} className={styles.head} style={{ gridTemplateColumns: template }}>
        {columns.map((column) => (
          <div key={column.id} role="columnheader" className={column.figure === true ? styles.figure : styles.cell}>
            {column.header}
          </div>
        ))}
      </div>
      <div
        role="rowgroup"
        className={styles.body}
        style={{ height: space.height }}
        data-outdated={outdated === true ? "" : undefined}
      >
        {items.map(({ index, start }) => (
          <GridRow
            key={index}
            id={`${id}-${index}`}
            index={index}
            row={rowAt(index)}
            columns={columns}
            template={template}
            height={height}
            top={start - space.shift}
            isActive={index === active}
            isOpened={opened === index}
          />
        ))}
      </div>
    </div>
  );
}
