/** Contacts that are found, engagement that goes back to the CRM, and deliveries that come from it. */
import assert from "node:assert/strict";

import { until } from "./driver.mjs";
import { deliver, delivery, engage, openTab } from "./furnish.mjs";
import { sandboxOf } from "./sandbox.mjs";

/** The key that begins a new line. */
const NEW_LINE = "\uE006";

/** How many contacts the list says that it has. */
async function listed(app) {
  const said = await app.run("return [...document.querySelectorAll('[role=status]')].map((each) => each.textContent).join(' ')");
  return Number(/([\d,]+) contacts?/.exec(said)?.[1].replaceAll(",", ""));
}

function widthOfSearch(app) {
  return app.run("return document.querySelector('input[type=search]').getBoundingClientRect().width");
}

/** What stands in a column of the rows that show. */
function column(app, number) {
  return app.run(
    `return [...document.querySelectorAll("[role=row]")].slice(1)
       .map((row) => row.querySelectorAll("[role=gridcell], [role=cell]")[arguments[0]]?.textContent ?? "")
       .filter((text) => text !== "")`,
    number,
  );
}

export const EXCHANGE_WALKS = [
  [
    "search and filters find contacts in the store",
    async ({ app }) => {
      await openTab(app, "Reapit", "Contacts");
      await app.find("row", /@/);
      const all = await listed(app);
      const before = await widthOfSearch(app);
      await app.type(/^Search/, "zzzz-nobody");
      await app.sees("Nobody matches");
      assert.equal(await widthOfSearch(app), before, "nothing moves while somebody types");
      await app.click("button", "Clear search and filters");
      await app.find("row", /@/);
      await app.click("combobox", "Category");
      await app.click("option", "Landlord");
      await until("only landlords are listed", async () => {
        const shown = await column(app, 1);
        return shown.length > 0 && shown.every((category) => category === "Landlord");
      });
      const landlords = await listed(app);
      assert.ok(landlords > 0 && landlords < all, `${landlords} of ${all} are landlords`);
      await app.click("combobox", "Consent to email");
      await app.click("option", "Email: granted");
      await until("fewer still", async () => (await listed(app)) < landlords);
      await app.type(/^Search/, "a");
      await app.find("row", /@/);
    },
  ],
  [
    "engagement is written back to the CRM, and what it refuses says why",
    async ({ app, home }) => {
      await engage(app, sandboxOf(home));
      await openTab(app, "Reapit", "Activity");
      await app.click("button", "Write back now");
      await app.find("row", /Spring market report.*Written/, { patience: 60_000 });
      await app.find("row", /nobody-knows-me.*Refused/);
      await app.find("row", /nobody-knows-me.*1$/);
      await app.click("button", "Retry 1 refused");
      await app.sees("0 activities written to Reapit");
      await app.sees("1 refused; each says why.");
      await app.find("row", /nobody-knows-me.*Refused.*2$/);
    },
  ],
  [
    "a delivery is taken in once, a forged one is refused, and one is replayed",
    async ({ app, home }) => {
      await openTab(app, "Street", "Webhooks");
      await app.sees("Nothing is received.");
      await app.click("button", "Start");
      await app.sees("Listening");
      await deliver(app, sandboxOf(home));
      await app.find("row", /person\.updated.*Accepted/);
      await app.find("row", /person\.updated\s?Duplicate/);
      await app.find("row", /Not read\s?Refused/);
      await app.click("row", /person\.updated.*Accepted/);
      await app.find("heading", "Payload");
      await app.click("button", "Replay");
      await app.sees("1 delivery replayed");
      const { headers, body } = await delivery(app, sandboxOf(home));
      await app.click("button", "Test a payload");
      await app.type("Payload", body);
      await app.type("Headers", headers.map(([name, value]) => `${name}: ${value}`).join(NEW_LINE));
      await app.click("button", "Take it in");
      await app.sees("Taken in: person.updated");
      await app.type("Headers", "x-signature: none");
      await app.click("button", "Take it in");
      await app.find("alert", /What to do:/);
      await app.click("button", "Close");
      await app.click("button", "Stop");
      await app.sees("Stopped");
    },
  ],
];
