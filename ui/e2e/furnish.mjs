/** Fills the app with what its screens show: connections that are well, and others that are not. */
import { join } from "node:path";

import { ask } from "./answers.mjs";
import { until } from "./driver.mjs";
import { nameFile } from "./file-dialog.mjs";
import { sandboxOf } from "./sandbox.mjs";

export const PROVIDERS = ["Reapit", "agentOS", "Alto", "Street", "Loop"];

/** The connection of a CRM in the sandbox. */
export const idOf = (provider) => `${provider.toLowerCase()}-sandbox-agency`;

/** A connection that `furnish` makes and nobody syncs. */
export const NEVER_SYNCED = "street-second-agency";

/** A connection that `furnish` makes, syncs and ends; its contacts stay. */
export const FORMER = "street-third-agency";

/** The bundle that `furnish` saves, of a sync that has failed. */
export const bundleIn = (home) => join(home, "loop-bundle.zip");

/** How many people vanish from agentOS: more than go without a person's word, and not so many that the list itself
 *  is doubted. */
const VANISHED = 120;

/** Waits until a connection is shown as healthy. */
export async function healthy(app, name, patience) {
  await app.find("heading", new RegExp(`${name}.*Healthy`), { patience });
}

/** Goes to a part of a CRM's connection. */
export async function openTab(app, provider, tab) {
  await app.go(`#/connection/${idOf(provider)}/${tab.toLowerCase()}`);
  await app.find("heading", new RegExp(`^.*${provider} branch`));
}

/** Connects every CRM of the sandbox, and waits until all have synced. */
export async function connectAll(app) {
  for (const provider of PROVIDERS) {
    await app.go("#/connect");
    await app.click("link", provider);
    await app.type(/^Name/, `${provider} branch`);
    await app.click("button", "Connect");
    await app.click("button", "Run the first sync");
  }
  await app.go("#/connection/loop-sandbox-agency");
  await app.find("heading", /Loop branch.*Healthy/, { patience: 120_000 });
}

/** Syncs a connection to the end, whether it goes well or not. */
export function sync(app, provider, full = false) {
  return done(app, "sync", { connection: idOf(provider), options: { full, confirmRemovals: false } });
}

/** From there on: pushed and changed, refused, written back, delivered, revoked, vanished and broken. */
export async function furnish(app, home) {
  const sandbox = sandboxOf(home);
  const push = (provider) => done(app, "push", { connection: idOf(provider), only: [] });

  await push("Reapit");
  await sandbox.mutate("reapit", { change: "edit", count: 12 });
  await sync(app, "Reapit");
  await engage(app, sandbox);
  await done(app, "pull_activities", { connection: idOf("Reapit") });
  await deliver(app, sandbox);

  // Whatever was pushed before, there are changes of records whose names are too long.
  await sandbox.mutate("agentos", { change: "edit", count: 1000 });
  await sync(app, "agentOS");
  await sandbox.limitNames(true);
  await push("agentOS");
  await sandbox.limitNames(false);
  await sandbox.mutate("agentos", { change: "erase", count: VANISHED });
  await sync(app, "agentOS");

  // The sandbox begins anew with the app, and knows nothing of what was edited in it before: all is read again.
  await sync(app, "Street", true);
  await push("Street");
  const { settings } = await told(app, "connect_defaults", { provider: "street" });
  const connect = (tenant, name) => done(app, "connect", { request: { provider: "street", tenant, name, settings, secrets: {} } });
  await connect("second-agency", "Second branch");
  await connect("third-agency", "Former branch");
  await done(app, "sync", { connection: FORMER, options: { full: false, confirmRemovals: false } });
  await done(app, "disconnect", { connection: FORMER, purge: false });
  await sandbox.access("alto", { action: "revoke" });
  await sync(app, "Alto");
  await sandbox.fault("loop:html");
  await sync(app, "Loop");
  await until("the failed sync is looked into", async () => {
    const { finding } = await told(app, "connection", { connection: idOf("Loop") });
    return typeof finding?.at === "string";
  });
  await saveBundle(app, bundleIn(home));
}

/** Has what Loop's failure left behind saved, as somebody does who asks for help. */
async function saveBundle(app, file) {
  await app.go(`#/connection/${idOf("Loop")}/health`);
  await app.click("button", "Export bundle");
  const dialog = /^Export a bundle of Loop branch/;
  await app.find("row", /health\.json/, { within: dialog });
  await app.click("button", "Save bundle", { within: dialog });
  await nameFile("Save the diagnostic bundle", file);
  await app.sees("Bundle saved");
}

/** Mends what `furnish` has broken in the sandbox. */
export async function mend(home) {
  const sandbox = sandboxOf(home);
  await sandbox.heal();
  await sandbox.access("alto", { action: "reinstate" });
  await sandbox.mutate("agentos", { change: "restore", count: VANISHED });
}

/** Engagement of some contacts that waits on the platform; one is of nobody whom the CRM knows. */
export async function engage(app, sandbox) {
  const connection = idOf("Reapit");
  const known = (await contactsOf(app, connection, 4)).map(({ provenance: { externalId, externalType } }) => ({ externalId, externalType }));
  const kinds = [
    ["emailOpened", "Spring market report"],
    ["emailClicked", "Book a valuation"],
    ["viewing", "14 Harbour Street"],
    ["call", "Asked about the survey"],
  ];
  const happened = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
  const activities = [...known, { ...known[0], externalId: "nobody-knows-me" }].map((contact, index) => ({
    id: `engagement-${index + 1}`,
    kind: (kinds[index] ?? kinds[0])[0],
    subject: (kinds[index] ?? kinds[0])[1],
    occurredAt: happened(5 + index * 17),
    source: { system: "nurturehub" },
    contact,
  }));
  await sandbox.waitForWriteBack(connection, activities);
}

/** Deliveries to the receiver: a good one, the same again, and one whose sender cannot be proven. */
export async function deliver(app, sandbox) {
  const connection = idOf("Street");
  const { address } = await told(app, "start_receiver", { connection });
  const good = await delivery(app, sandbox);
  await post(address, good);
  await post(address, good);
  await post(address, await delivery(app, sandbox, { tamper: true }));
}

/** A delivery of somebody whom the app knows, as Street would send it: `{headers, body}`. */
export async function delivery(app, sandbox, more = {}) {
  const [{ provenance }] = await contactsOf(app, idOf("Street"), 1);
  return sandbox.webhook("street", { topic: "person.updated", entityId: provenance.externalId, ...more });
}

function post(address, { headers, body }) {
  return fetch(address, { method: "POST", headers: Object.fromEntries(headers), body });
}

async function contactsOf(app, connection, limit) {
  const query = { search: null, category: null, lifecycle: null, consent: null, change: null, withIssues: false, limit, offset: 0 };
  return (await told(app, "contacts", { connection, query })).contacts;
}

/** What a command answers, whether it went well or not. */
async function told(app, command, given) {
  return JSON.parse(await ask(app, command, given));
}

/** Has a command done that may take longer than a script may, whether it goes well or not. */
export async function done(app, command, given) {
  await app.run(
    `window.furnished = false;
     const over = () => { window.furnished = true; };
     window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then(over, over);`,
    command,
    given,
  );
  await until(`${command} is over`, () => app.run("return window.furnished"), 120_000);
}
