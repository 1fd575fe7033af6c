/** A row of a long table. It is drawn anew only when something of its own has changed, so that
 *  scrolling draws just the rows that come into view. */
import { memo, type ReactNode } from "react";

import styles from "./VirtualGrid.module.css";

export type GridColumn<Row> = {
  id: string;
  header: ReactNode;
  /** A CSS track, such as `minmax(10rem, 2fr)`. */
  width: string;
  cell: (row: Row) => ReactNode;
  figure?: boolean;
};

type Props<Row> = {
  id: string;
  index: number;
  row: Row | undefined;
  columns: readonly GridColumn<Row>[];
  template: string;
  height: number;
  top: number;
  isActive: boolean;
  isOpened: boolean;
};

function RowView<Row>({ id, index, row, columns, template, height, top, isActive, isOpened }: Props<Row>) {
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isOpened}
      data-index={index}
      data-active={isActive ? "" : undefined}
      className={styles.row}
      style={{ gridTemplateColumns: template, height, transform: `translateY(${top}px)` }}
    >
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={column.figure === true ? styles.figure : styles.cell}>
          {row === undefined ? <span className={styles.ghost} /> : column.cell(row)}
        </div>
      ))}
    </div>
  );
}

export const GridRow = memo(RowView) as typeof RowView;
