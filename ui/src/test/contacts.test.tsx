/** The list of contacts asks the backend for what shows, and for no more. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import { openApp } from "./app";

const AT = "#/connection/reapit-harcourt/contacts";

describe("a million contacts", () => {
  it("are read a page at a time, and only the rows that show exist", async () => {
    const fake = fakeBackend({ ticks: standing(), largest: 1_000_000 });
    const contacts = vi.fn(fake.commands.contacts);
    openApp({ at: AT, largest: 1_000_000, commands: { contacts } });
    const grid = await screen.findByRole("grid", { name: "Contacts of Harcourt & Vale" });
    await waitFor(() => expect(grid).toHaveAttribute("aria-rowcount", "1000001"));
    expect(within(grid).getAllByRole("row").length).toBeLessThan(60);
    for (const [, query] of contacts.mock.calls) {
      expect(query.limit, "never the whole list").toBe(100);
      expect(query.offset, "nothing far from what shows").toBe(0);
    }
  });

  it("can be jumped through, while pages are still on their way", async () => {
    const fake = fakeBackend({ ticks: standing(), largest: 1_000_000 });
    let asked = 0;
    const contacts: typeof fake.commands.contacts = (id, query) => {
      asked += 1;
      return query.offset === 0 ? fake.commands.contacts(id, query) : new Promise(() => undefined);
    };
    const { user } = openApp({ at: AT, largest: 1_000_000, commands: { contacts } });
    const grid = await screen.findByRole("grid");
    await waitFor(() => expect(grid).toHaveAttribute("aria-rowcount", "1000001"));
    await screen.findAllByRole("gridcell");
    grid.focus();
    await user.keyboard("{End}");
    const last = grid.querySelector("[aria-rowindex='1000001']");
    expect(last, "the last row is there, empty as yet").not.toBeNull();
    expect(grid, "the total is not lost").toHaveAttribute("aria-rowcount", "1000001");
    expect(asked, "no more than the pages that show").toBeLessThan(6);
  });

  it("are searched in the backend", async () => {
    const fake = fakeBackend({ ticks: standing(), largest: 2000 });
    const contacts = vi.fn(fake.commands.contacts);
    const { user } = openApp({ at: AT, commands: { contacts } });
    await user.type(await screen.findByRole("searchbox", { name: "Search contacts" }), "zofia");
    await waitFor(() => expect(contacts.mock.calls.at(-1)?.[1].search).toBe("zofia"));
    const rows = await screen.findAllByText(/^Zofia/);
    expect(rows.length).toBeGreaterThan(5);
  });

  it.each([
    ["Category", "Landlord", { category: "landlord" }],
    ["Lifecycle", "Archived", { lifecycle: "archived" }],
    ["Consent to email", "Email: denied", { consent: "denied" }],
    ["What a push would do", "Update", { change: "update" }],
  ])("are narrowed in the backend by %s", async (label, choice, part) => {
    const fake = fakeBackend({ ticks: standing(), largest: 2000 });
    const contacts = vi.fn(fake.commands.contacts);
    const { user } = openApp({ at: AT, commands: { contacts } });
    await user.click(await screen.findByRole("combobox", { name: label }));
    await user.click(await screen.findByRole("option", { name: choice }));
    const everybody = { search: null, category: null, lifecycle: null, consent: null, change: null, withIssues: false };
    await waitFor(() => expect(contacts.mock.lastCall?.[1]).toEqual({ ...everybody, ...part, limit: 100, offset: 0 }));
  });

  it("are narrowed to those with issues, and back", async () => {
    const fake = fakeBackend({ ticks: standing(), largest: 2000 });
    const contacts = vi.fn(fake.commands.contacts);
    const { user } = openApp({ at: AT, commands: { contacts } });
    const toggle = await screen.findByRole("button", { name: "With issues" });
    await user.click(toggle);
    await waitFor(() => expect(contacts.mock.lastCall?.[1].withIssues).toBe(true));
    expect(toggle).toHaveAttribute("aria-pressed", "true");
    const narrowed = screen.getByText(/^[\d,]+ contacts?$/);
    await waitFor(() => expect(narrowed).not.toHaveTextContent("2,000 contacts"));
    await user.click(toggle);
    await waitFor(() => expect(narrowed).toHaveTextContent("2,000 contacts"));
  });

  it("say so when nobody matches, with the way back", async () => {
    const { user } = openApp({ at: AT });
    await user.type(await screen.findByRole("searchbox", { name: "Search contacts" }), "nobody at all");
    expect(await screen.findByText("Nobody matches")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Clear search and filters" }));
    expect(await screen.findByRole("grid")).toBeInTheDocument();
  });

  it("open by keyboard", async () => {
    const { user } = openApp({ at: AT });
    const grid = await screen.findByRole("grid");
    await waitFor(() => expect(grid).toHaveAttribute("aria-rowcount", "2001"));
    await screen.findAllByRole("gridcell");
    grid.focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(await screen.findByRole("dialog")).toHaveTextContent("C100002");
  });
});
