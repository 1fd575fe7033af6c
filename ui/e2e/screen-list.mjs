/** Every screen of the app over the sandbox's connections as `furnish` leaves them, each with what shows
 *  that it is there, and what is done there first. */
import { until } from "./driver.mjs";
import { nameFile } from "./file-dialog.mjs";
import { bundleIn, done, FORMER, idOf, NEVER_SYNCED, sync } from "./furnish.mjs";
import { sandboxOf } from "./sandbox.mjs";
import { dataFolder, decide } from "./trial.mjs";

const tab = (provider, name, ready, act) => ({
  name: `${provider.toLowerCase()}-${name}`,
  hash: `#/connection/${idOf(provider)}/${name}`,
  ready,
  act,
});
/** The same place in another state; `undo` takes back what leaving it does not. */
const as = (name, screen, act, undo) => ({ ...screen, name, act, undo });
const key = (app, letter) => app.press("\uE009", letter);

const contacts = tab("Reapit", "contacts", (app) => app.find("row", /@/));
const contact = as("contact", contacts, async (app) => {
  await app.click("row", /@/);
  await app.find("dialog", /\w/);
  await app.find("heading", "Reached at");
});
/** The drawer of a contact, turned to another of its sides. */
const side = (name, choice) =>
  as(name, contacts, async (app) => {
    await contact.act(app);
    await app.click("button", choice);
  });
const changes = tab("Reapit", "changes", (app) => app.find("button", /^Push all/));
const webhooks = tab("Street", "webhooks", (app) => app.find("row", /person\.updated/));
const settings = tab("Reapit", "settings", (app) => app.find("heading", "Sign-in and settings"));
const health = tab("Reapit", "health", (app) => app.find("heading", "Run history"));
const failing = tab("Loop", "health", (app) => app.find("heading", /^What was found after/));
const held = tab("agentOS", "health", (app) => app.find("button", "Review removals"));
const signedOut = tab("Alto", "health", (app) => app.find("heading", /Alto branch.*Sign in again/));
const overview = { name: "overview", hash: "#/", ready: (app) => app.find("link", /Reapit branch$/) };
const form = { name: "connect-form", hash: "#/connect/reapit", ready: (app) => app.find("heading", "Connect Reapit") };

/** Has the computer lose its network, or find it again, as far as the page can tell. */
const online = (app, isOnline) =>
  app.run(
    `Object.defineProperty(navigator, "onLine", { configurable: true, get: () => arguments[0] });
     window.dispatchEvent(new Event(arguments[0] ? "online" : "offline"));`.replaceAll("arguments[0]", String(isOnline)),
  );
const sandbox = () => sandboxOf(dataFolder());
/** Longer than anybody looks at a screen: an answer comes once it is taken back. */
const FOR_GOOD = 600_000;

const support = { name: "support", hash: "#/support", ready: (app) => app.find("heading", "Support") };
const openBundle = async (app) => {
  await app.click("button", "Open a bundle");
  await nameFile("Open a diagnostic bundle", bundleIn(dataFolder()));
  await app.find("heading", "The run in question");
};
/** It stays open while somebody looks elsewhere. */
const closeBundle = (app) => app.click("button", "Close");

const busy = tab("Street", "health", (app) => app.find("heading", "Run history"));
/** A check that has come as far as the first request to the CRM, which gets no answer. */
const check = async (app) => {
  await sandbox().latency(FOR_GOOD);
  await app.click("button", "Verify");
  await app.find("heading", "Checking");
  await app.find("img", "Not taken");
  await app.find("img", "Not yet");
};
const endCheck = async (app) => {
  await sandbox().latency(0);
  await app.find("heading", "Every check passed");
  await app.click("button", "Close the check");
};
/** A sync that has read three pages, and waits for the fourth. */
const syncAnew = async (app) => {
  await sandbox().fault("street.list:hang,after=3,times=1");
  await app.click("button", "More actions");
  await app.click("menuitem", "Sync everything anew");
  await app.find("progressbar", "Progress of the sync");
  await app.sees(/Page 3/);
  await until("the fourth page is asked for", async () => (await sandbox().faults()).at(-1).hit === 1);
};
const endSync = async (app) => {
  await app.click("button", /^Cancel( the run of Street branch)?$/);
  await app.find("button", /^Sync( Street branch)?$/);
  // The next goes on where this one was given up, unless another has come to the end.
  await sync(app, "Street", true);
};

/** A connection that is made, checked, and taken away again. */
const street = { hash: "#/connect/street", ready: (app) => app.find("heading", "Connect Street") };
const fresh = "fourth-agency";
const connectFresh = async (app, ending) => {
  await app.type("Agency on NurtureHub", fresh);
  await app.type(/^Name/, "A branch of its own");
  await app.click("button", "Connect");
  await app.find("heading", `A branch of its own ${ending}`);
};
const forgetFresh = (app) => done(app, "disconnect", { connection: `street-${fresh}`, purge: true });

/** Goes to the browser from the form, for an agency that is not connected. */
const signIn = async (app, decision) => {
  decide(decision);
  await app.type("Agency on NurtureHub", "an-agency-of-its-own");
  await app.click("combobox", "Sign in as");
  await app.click("option", "Browser");
  await app.click("button", "Sign in");
};

/** What somebody new sees, before anything is connected. */
export const FIRST_START = { name: "first-start", hash: "#/", ready: (app) => app.find("heading", "Welcome to NurtureHub Connect") };
export const EMPTY_SANDBOX = { name: "sandbox", hash: "#/", ready: (app) => app.find("heading", "The sandbox is open") };

export const SCREENS = [
  overview,
  as(
    "offline",
    overview,
    async (app) => {
      await online(app, false);
      await app.sees("No network.");
    },
    (app) => online(app, true),
  ),
  as("palette", overview, async (app) => {
    await key(app, "k");
    await app.find("dialog", "Find or do");
  }),
  as("shortcuts", overview, async (app) => {
    await key(app, "/");
    await app.find("dialog", /[Kk]ey/);
  }),
  { name: "connect", hash: "#/connect", ready: (app) => app.find("link", "Street") },
  form,
  as("connect-invalid", form, async (app) => {
    await app.type("Agency on NurtureHub", " ");
    await app.click("button", /^(Connect|Sign in)$/);
    await app.sees("The agency is needed.");
  }),
  as("sign-in-waiting", form, async (app) => {
    await signIn(app, "ignore");
    await app.find("heading", "Finish the sign-in in your browser");
    await app.click("button", "I signed in on another computer");
    await app.find("textbox", "Address that the browser ended on");
  }),
  as("connect-refused", form, async (app) => {
    await signIn(app, "deny");
    await app.sees("The CRM refused the sign-in");
  }),
  as("connect-checked", street, (app) => connectFresh(app, "is connected"), forgetFresh),
  as(
    "connect-check-failed",
    street,
    async (app) => {
      await sandbox().fault("street:html,times=1");
      await connectFresh(app, "does not work yet");
      await app.find("button", "Export bundle");
    },
    forgetFresh,
  ),
  { name: "connect-unconfirmed", hash: "#/connect/loop", ready: (app) => app.find("heading", "Connect Loop") },
  health,
  as("menu", health, async (app) => {
    await app.click("button", "More actions");
    await app.find("menuitem", "Sync everything anew");
  }),
  as("run", health, async (app) => {
    await app.click("row", /^Sync\s?Succeeded/);
    await app.sees("The counts add up");
  }),
  failing,
  as("run-failed", failing, async (app) => {
    await app.click("row", /^Sync\s?Failed/);
    await app.find("dialog", "Sync");
  }),
  as("export", failing, async (app) => {
    await app.click("button", "Export bundle");
    await app.find("row", /health\.json/);
  }),
  held,
  as("removals", held, async (app) => {
    await app.click("button", "Review removals");
    await app.find("dialog", /really gone\?$/);
  }),
  signedOut,
  as("check-failed", signedOut, async (app) => {
    await app.click("button", "Verify");
    await app.find("heading", "A check failed");
  }),
  { name: "never-synced", hash: `#/connection/${NEVER_SYNCED}/health`, ready: (app) => app.find("heading", /Not synced yet/) },
  { name: "disconnected", hash: `#/connection/${FORMER}/contacts`, ready: (app) => app.find("row", /@/) },
  { name: "contacts-none", hash: `#/connection/${NEVER_SYNCED}/contacts`, ready: (app) => app.sees("No contacts yet") },
  { name: "changes-none", hash: `#/connection/${NEVER_SYNCED}/changes`, ready: (app) => app.sees("Nothing to compare yet") },
  { name: "activity-none", hash: `#/connection/${NEVER_SYNCED}/activity`, ready: (app) => app.sees("Nothing here") },
  contacts,
  as("contacts-filter", contacts, async (app) => {
    await app.click("combobox", "Category");
    await app.find("option", "Landlord");
  }),
  as("contacts-nobody", contacts, async (app) => {
    await app.type(/^Search/, "zzzz-nobody");
    await app.sees("Nobody matches");
  }),
  contact,
  side("contact-raw", "In the CRM"),
  side("contact-lineage", "Where from"),
  side("contact-sent", "Sent"),
  changes,
  as("changes-confirm", changes, async (app) => {
    await app.click("button", /^Push all/);
    await app.find("dialog", /^Send/);
  }),
  tab("Street", "changes", (app) => app.sees("NurtureHub has everything")),
  { ...tab("agentOS", "changes", (app) => app.find("button", "Retry refused")), hash: `#/connection/${idOf("agentOS")}/changes/blocked` },
  tab("Reapit", "activity", (app) => app.find("row", /Spring market report/)),
  tab("agentOS", "activity", (app) => app.sees("takes no engagement back")),
  tab("agentOS", "webhooks", (app) => app.sees("sends no webhooks")),
  webhooks,
  as("delivery", webhooks, async (app) => {
    await app.click("row", /person\.updated/);
    await app.find("heading", "Payload");
  }),
  as("webhook-test", webhooks, async (app) => {
    await app.click("button", "Test a payload");
    await app.find("dialog", "Test a payload");
  }),
  settings,
  as("credentials", tab("Alto", "settings", settings.ready), async (app) => {
    await app.click("button", "Replace or sign in again");
    await app.find("dialog", "Sign in to Alto again");
  }),
  as("disconnect", settings, async (app) => {
    await app.click("button", "Disconnect…");
    await app.find("dialog", /^Disconnect Reapit branch/);
  }),
  as("purge", settings, async (app) => {
    await app.click("button", "Delete…");
    await app.find("dialog", /^Delete the data/);
  }),
  support,
  as("bundle", support, openBundle, closeBundle),
  as(
    "bundle-replayed",
    support,
    async (app) => {
      await openBundle(app);
      await app.click("button", /^Replay [\d,]+ exchanges?$/);
      await app.sees("The same failure, seen here");
    },
    closeBundle,
  ),
  as("check-running", busy, check, endCheck),
  as("sync-running", busy, syncAnew, endSync),
  as(
    "overview-syncing",
    busy,
    async (app) => {
      await syncAnew(app);
      await app.go(overview.hash);
      await app.find("progressbar", "Progress of Street branch");
    },
    endSync,
  ),
  { name: "settings", hash: "#/settings", ready: (app) => app.find("heading", "Settings") },
];

/** Goes to a screen and brings it into its state. */
export async function enter(app, { hash, ready, act }) {
  await app.go(hash);
  await ready(app);
  await act?.(app);
}

/** Closes what was opened on a screen: a dialog, a drawer, a menu. */
export async function leave(app, { undo }) {
  const isOver = () => app.run("return ![...document.querySelectorAll('[role=dialog], [role=alertdialog], [role=listbox], [role=menu]')].some(isShown)");
  for (let presses = 0; presses < 4 && !(await isOver()); presses += 1) {
    await app.press("\uE00C");
    await new Promise((done) => setTimeout(done, 250));
  }
  if (!(await isOver())) throw new Error("something stays open");
  await undo?.(app);
  await app.go("#/nowhere");
}
