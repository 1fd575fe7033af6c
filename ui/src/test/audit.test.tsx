/** The audit log: in words, by connection, page by page, and taken out. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import { openApp } from "./app";

const fake = () => fakeBackend({ ticks: standing(), largest: 2000 }).commands;
const table = () => screen.findByRole("table", { name: "Audit log" });
const panel = () => screen.findByRole("region", { name: "Audit log" });

describe("the audit log", () => {
  it("tells who did what, to which connection, and the details in words", async () => {
    openApp({ at: "#/settings" });
    const [, newest] = within(await table()).getAllByRole("row");
    expect(newest).toHaveTextContent("alex");
    expect(newest).toHaveTextContent("Started a sync");
    expect(newest).toHaveTextContent("only what changed");
    expect(newest, "the connection by its name").not.toHaveTextContent(/\w+-\w+/);
  });

  it("goes back to older entries, and to the newest when another connection is chosen", async () => {
    const auditLog = vi.fn(fake().auditLog);
    const { user } = openApp({ at: "#/settings", commands: { auditLog } });
    await table();
    await user.click(within(await panel()).getByRole("button", { name: "Older" }));
    await waitFor(() => expect(auditLog).toHaveBeenLastCalledWith(null, 20, 20));
    await user.click(screen.getByRole("combobox", { name: "Audit log of" }));
    await user.click(await screen.findByRole("option", { name: "Marlow Estates" }));
    await waitFor(() => expect(auditLog.mock.lastCall?.slice(1)).toEqual([20, 0]));
    expect(auditLog.mock.lastCall?.[0]).toMatch(/marlow/);
    await waitFor(async () => expect(within(await table()).getAllByRole("row")).toHaveLength(8));
  });

  it("is saved in the form that is asked for, and says where", async () => {
    const exportAudit = vi.fn(fake().exportAudit);
    const { user } = openApp({ at: "#/settings", commands: { exportAudit } });
    await user.click(await screen.findByRole("button", { name: "Export as CSV" }));
    expect(await screen.findByText("Audit log saved")).toBeInTheDocument();
    expect(screen.getByText("/home/alex/Documents/nurturehub-audit.csv")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Export as JSON" }));
    expect(exportAudit.mock.calls).toEqual([
      [null, "csv"],
      [null, "jsonl"],
    ]);
  });

  it("says nothing where the person thinks better of it, and why where it cannot be saved", async () => {
    const exportAudit = vi.fn(() => Promise.resolve({ status: "ok" as const, data: null }));
    const { user } = openApp({
      at: "#/settings",
      commands: {
        exportAudit: (_, format) => (format === "csv" ? exportAudit() : Promise.reject(new Error("the disk is full"))),
      },
    });
    await user.click(await screen.findByRole("button", { name: "Export as CSV" }));
    expect(exportAudit).toHaveBeenCalledTimes(1);
    expect(screen.queryByText("Audit log saved")).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Export as JSON" }));
    expect(await screen.findByText(/the disk is full/)).toBeInTheDocument();
  });

  it("says that nothing was done yet", async () => {
    openApp({ at: "#/settings", empty: true });
    expect(await screen.findByText("Nothing has been done yet")).toBeInTheDocument();
  });
});
