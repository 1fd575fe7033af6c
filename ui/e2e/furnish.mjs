/** Fills the app with what its screens show: connections that are well, and others that are not. */
import { ask } from "./answers.mjs";
import { until } from "./driver.mjs";
import { sandboxOf } from "./sandbox.mjs";

export const PROVIDERS = ["Reapit", "agentOS", "Alto", "Street", "Loop"];

/** The connection of a CRM in the sandbox. */
export const idOf = (provider) => `${provider.toLowerCase()}-sandbox-agency`;

/** A connection that `furnish` makes and nobody syncs. */
export const NEVER_SYNCED = "street-second-agency";

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

/** From there on: pushed and changed, refused, written back, delivered, revoked and broken. */
export async function furnish(app, home) {
  const sandbox = sandboxOf(home);
  const sync = (provider) => done(app, "sync", { connection: idOf(provider), options: { full: false, confirmRemovals: false } });
  const push = (provider) => done(app, "push", { connection: idOf(provider), only: [] });

  await push("Reapit");
  await sandbox.mutate("reapit", { change: "edit", count: 12 });
  await sync("Reapit");
  await engage(app, sandbox);
  await done(app, "pull_activities", { connection: idOf("Reapit") });
  await deliver(app, sandbox);

  // Whatever was pushed before, there are changes of records whose names are too long.
  await sandbox.mutate("agentos", { change: "edit", count: 1000 });
  await sync("agentOS");
  await sandbox.limitNames(true);
  await push("agentOS");
  await sandbox.limitNames(false);

  await push("Street");
  const { settings } = await told(app, "connect_defaults", { provider: "street" });
  await done(app, "connect", { request: { provider: "street", tenant: "second-agency", name: "Second branch", settings, secrets: {} } });
  await sandbox.access("alto", { action: "revoke" });
  await sync("Alto");
  await sandbox.fault("loop:html");
  await sync("Loop");
  await until("the failed sync is looked into", async () => {
    const { finding } = await told(app, "connection", { connection: idOf("Loop") });
    return typeof finding?.at === "string";
  });
}

/** Mends what `furnish` has broken in the sandbox. */
export async function mend(home) {
  const sandbox = sandboxOf(home);
  await sandbox.heal();
  await sandbox.access("alto", { action: "reinstate" });
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
async function done(app, command, given) {
  await app.run(
    `window.furnished = false;
     const over = () => { window.furnished = true; };
     window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then(over, over);`,
    command,
    given,
  );
  await until(`${command} is over`, () => app.run("return window.furnished"), 120_000);
}
