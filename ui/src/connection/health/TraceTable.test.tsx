import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import type { TraceEntry } from "../../ipc/types";
import { TraceTable } from "./TraceTable";

/** Requests of a long run, each to a page of its own. */
function requests(count: number): TraceEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    method: "GET",
    host: "crm.example",
    pathTemplate: `/contacts/${index + 1}`,
    status: 200,
    errorKind: null,
    startedAt: new Date(1_700_000_000_000 + index).toISOString(),
    durationMs: 12,
    throttledMs: 0,
    attempt: 1,
    bytes: 2048,
    limitHeaders: [],
  })) as unknown as TraceEntry[];
}

const shown = () => within(screen.getByRole("table")).getAllByRole("row").slice(1).map((row) => /contacts\/(\d+)/.exec(within(row).getByText(/GET/).textContent)?.[1]);

describe("the requests of a run", () => {
  it("are shown a hundred at a time, from the first to the last", async () => {
    const user = userEvent.setup();
    const { rerender } = render(<TraceTable requests={requests(250)} />);
    const pages = screen.getByRole("navigation", { name: "Pages of requests" });
    expect(shown()).toHaveLength(100);
    expect(within(pages).getByText("1 to 100 of 250")).toBeInTheDocument();
    expect(within(pages).getByRole("button", { name: "Earlier" })).toBeDisabled();
    await user.click(within(pages).getByRole("button", { name: "Later" }));
    await user.click(within(pages).getByRole("button", { name: "Later" }));
    expect(shown()).toEqual(Array.from({ length: 50 }, (_, index) => String(201 + index)));
    expect(within(pages).getByRole("button", { name: "Later" })).toBeDisabled();

    rerender(<TraceTable requests={requests(3)} />);
    expect(shown(), "another run has no third page").toEqual(["1", "2", "3"]);
    expect(screen.queryByRole("navigation", { name: "Pages of requests" })).not.toBeInTheDocument();
  });
});
