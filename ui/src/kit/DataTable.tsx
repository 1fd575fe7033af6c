/** A table of a page of rows. */
import { createColumnHelper, tableFeatures, useTable, type ColumnDef } from "@tanstack/react-table";
import type { ReactNode } from "react";

import styles from "./DataTable.module.css";

const features = tableFeatures({});
type Features = typeof features;
// Accessors of one table give values of different types.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Columns<Row extends object> = ColumnDef<Features, Row, any>[];

/** The columns of a table of such rows. Keep them outside the component: they must not change. */
export function columnsOf<Row extends object>() {
  return createColumnHelper<Features, Row>();
}

type Props<Row extends object> = {
  label: string;
  columns: Columns<Row>;
  rows: Row[];
  rowId: (row: Row) => string;
  /** Columns by id whose figures stand to the right. */
  figures?: readonly string[];
};

export function DataTable<Row extends object>({ label, columns, rows, rowId, figures = [] }: Props<Row>) {
  const table = useTable({ features, columns, data: rows, getRowId: rowId });
  const side = (id: string) => (figures.includes(id) ? styles.figure : undefined);
  return (
    // A table that is wider than its place scrolls, and must be reachable by keyboard for that.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={label}>
      <table className={styles.table} aria-label={label}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" className={side(header.column.id)}>
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} className={side(cell.column.id)}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type RowButtonProps = { onClick: () => void; children: ReactNode };

/** The button that opens its row: it reaches over the whole of it. */
export function RowButton({ onClick, children }: RowButtonProps) {
  return (
    <button type="button" className={styles.rowButton} onClick={onClick}>
      {children}
    </button>
  );
}

type PagerProps = {
  offset: number;
  shown: number;
  total: number;
  limit: number;
  onChange: (offset: number) => void;
  /** What the pages are of, where more than one list on the screen has some. */
  label?: string;
  /** The ways back and on: newest first, unless told otherwise. */
  ways?: readonly [back: string, on: string];
};

/** The way to further rows. */
export function Pager({ offset, shown, total, limit, onChange, label = "Pages", ways: [back, on] = ["Newer", "Older"] }: PagerProps) {
  if (total <= limit) return null;
  return (
    <nav className={styles.pager} aria-label={label}>
      <span>
        {(offset + 1).toLocaleString("en-GB")} to {(offset + shown).toLocaleString("en-GB")} of{" "}
        {total.toLocaleString("en-GB")}
      </span>
      <button type="button" disabled={offset === 0} onClick={() => onChange(Math.max(0, offset - limit))}>
        {back}
      </button>
      <button type="button" disabled={offset + shown >= total} onClick={() => onChange(offset + limit)}>
        {on}
      </button>
    </nav>
  );
}
