/** Engagement and webhooks. */
import type { Backend } from "../ipc/backend";
import type { ActivityRow, DeliveryView, Receiver, WriteBackState } from "../ipc/types";
import { ago, DOWN } from "./agencies";
import { externalIdAt } from "./people";
import { failed, ok, report, type World } from "./world";

type Commands = Backend["commands"];
type Exchanging =
  | "activities" | "pullActivities" | "retryActivities" | "webhooks" | "startReceiver" | "stopReceiver"
  | "replayWebhooks" | "testWebhook";

const MINUTE = 60_000;
const SPENT = { waitingMs: 410, throttledMs: 30, mappingMs: 2, storingMs: 9 };
const KINDS = ["emailOpened", "emailClicked", "emailSent", "unsubscribed", "formSubmitted", "valuation"];
const STATES: WriteBackState[] = ["waiting", "waiting", "written", "written", "rejected", "written", "unsupported", "written"];

const NAMES = ["Amelia Hart", "Oliver Ward", "Priya Shah", "Tomasz Nowak"];

const ACTIVITIES: ActivityRow[] = Array.from({ length: 24 }, (_, index) => {
  const state = STATES[index % STATES.length] ?? "written";
  return {
    id: `activity-${index}`,
    kind: KINDS[index % KINDS.length] ?? "note",
    subject: index % 3 === 0 ? "Is now the time to sell?" : null,
    contact: externalIdAt(index * 7),
    contactName: index % 5 === 4 ? null : NAMES[index % NAMES.length] ?? null,
    occurredAt: ago((index * 47 + 8) * MINUTE),
    state,
    at: ago((index * 47 + 3) * MINUTE),
    attempts: state === "waiting" ? (index % 2) + 1 : 1,
    nextAttemptAt: state === "waiting" ? ago(-9 * MINUTE) : null,
    reference: state === "written" ? `JRN-${4410 - index}` : null,
    error:
      state === "rejected"
        ? report("providerRejected", "The CRM refused the request", "The contact has been archived in the CRM.", "Restore the contact in the CRM, then retry.")
        : state === "unsupported"
          ? report("unsupported", "The CRM cannot do this", "The CRM has no place for this kind of activity.", "Nothing to mend: this CRM does not offer it.")
          : null,
  };
});

const FORGED = report("authInvalid", "The sender could not be proven", "The signature does not match the payload.", "Check the webhook secret in the CRM and here. If nobody changed it, somebody else sent this.");

const DELIVERIES: DeliveryView[] = (["accepted", "accepted", "accepted", "accepted", "failed", "accepted"] as const).map((outcome, index) => ({
  key: `evt_${7200 + index}`,
  topic: index % 2 === 0 ? "contacts.modified" : "applicants.created",
  occurredAt: ago((index * 31 + 4) * MINUTE),
  receivedAt: ago((index * 31 + 3) * MINUTE),
  outcome,
  contacts: outcome === "accepted" ? 1 : 0,
  activities: 0,
  ignored: null,
  error: outcome === "failed" ? DOWN : null,
  body: JSON.stringify({ eventId: `evt_${7200 + index}`, topicId: "contacts.modified", entityId: externalIdAt(index) }),
}));

const TURNED_AWAY: Receiver["turnedAway"] = [
  { at: ago(12 * MINUTE), topic: "contacts.modified", refusal: null },
  { at: ago(40 * MINUTE), topic: null, refusal: FORGED },
];

export function exchangingCommands(world: World): Pick<Commands, Exchanging> {
  const receiver = () => ({
    listening: world.listening,
    address: world.listening ? "http://127.0.0.1:48628/webhooks" : "",
    since: world.listening ? ago(3 * 60 * MINUTE) : null,
    turnedAway: world.listening ? TURNED_AWAY : [],
  });
  let activities = ACTIVITIES;
  let deliveries = DELIVERIES;
  const write = (id: string) => {
    activities = activities.map((activity) =>
      activity.id === id ? { ...activity, state: "written", attempts: activity.attempts + 1, nextAttemptAt: null, reference: `JRN-${4500 + activities.indexOf(activity)}`, error: null } : activity,
    );
    return { id, status: "written" as const };
  };
  return {
    activities: (_, state, limit, offset) => {
      const counts = { waiting: 0, written: 0, rejected: 0, unsupported: 0 };
      for (const activity of activities) counts[activity.state] += 1;
      const shown = activities.filter((activity) => state === null || activity.state === state);
      return ok({ total: shown.length, counts, activities: shown.slice(offset, offset + limit) });
    },
    pullActivities: async () => {
      await world.ticks.after(800);
      return ok({ results: activities.filter(({ state }) => state === "waiting").map(({ id }) => write(id)), spent: SPENT });
    },
    retryActivities: async (_, ids) => {
      await world.ticks.after(800);
      return ok({ results: ids.map(write), spent: SPENT });
    },
    webhooks: (_, limit, offset) => ok({ receiver: receiver(), total: deliveries.length, deliveries: deliveries.slice(offset, offset + limit) }),
    startReceiver: () => {
      world.listening = true;
      return ok(receiver());
    },
    stopReceiver: () => {
      world.listening = false;
      return ok(null);
    },
    replayWebhooks: (_, delivery) => {
      const again = deliveries.filter(({ key, outcome }) => (delivery === null ? outcome === "failed" : key === delivery));
      deliveries = deliveries.map((one) => (again.includes(one) ? { ...one, outcome: "accepted", contacts: 1, error: null } : one));
      return ok({ results: again.map(({ key, receivedAt }) => ({ delivery: key, receivedAt, accepted: true })) });
    },
    testWebhook: (_, body, headers, check) => {
      if (check && headers.length === 0) return failed(FORGED);
      return ok({ accepted: true, duplicate: false, event: body.includes("applicant") ? "applicants.created" : "contacts.modified", contacts: 1, activities: 0 });
    },
  };
}
