/** The keys of a long table, and where its focus stays. */
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { VirtualGrid, type GridColumn } from "./VirtualGrid";

type Row = { index: number };
const COLUMNS: GridColumn<Row>[] = [
  { id: "pick", header: "Pick", width: "2rem", cell: ({ index }) => <input type="checkbox" aria-label={`Pick ${index}`} /> },
];

function open(onToggle?: (row: Row) => void, onOpen: (row: Row) => void = () => undefined) {
  render(
    <VirtualGrid
      label="Rows"
      columns={COLUMNS}
      total={1000}
      rowAt={(index) => ({ index })}
      onRange={() => undefined}
      onOpen={onOpen}
      onToggle={onToggle}
    />,
  );
  return screen.getByRole("grid", { name: "Rows" });
}

it("hands the active row over with the space bar, and opens nothing by it", async () => {
  const onToggle = vi.fn();
  const onOpen = vi.fn();
  const grid = open(onToggle, onOpen);
  grid.focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown} ");
  expect(onToggle).toHaveBeenCalledExactlyOnceWith({ index: 2 });
  expect(onOpen).not.toHaveBeenCalled();
});

it("leaves the space bar to the page where nothing can be toggled", () => {
  const grid = open();
  grid.focus();
  expect(fireEvent.keyDown(grid, { key: " " }), "not taken").toBe(true);
});

it("has the focus itself once the row that had it goes out of sight", async () => {
  const grid = open();
  const box = screen.getByRole("checkbox", { name: "Pick 0" });
  box.focus();
  Object.defineProperty(grid, "scrollTop", { configurable: true, writable: true, value: 20_000 });
  fireEvent.scroll(grid);
  await waitFor(() => expect(box).not.toBeInTheDocument());
  expect(grid).toHaveFocus();
});

it("takes no focus that somebody gave to something else", async () => {
  const grid = open();
  screen.getByRole("checkbox", { name: "Pick 0" }).focus();
  (document.activeElement as HTMLElement).blur();
  Object.defineProperty(grid, "scrollTop", { configurable: true, writable: true, value: 20_000 });
  fireEvent.scroll(grid);
  await waitFor(() => expect(screen.queryByRole("checkbox", { name: "Pick 0" })).not.toBeInTheDocument());
  expect(grid).not.toHaveFocus();
});
