/** What people did, in words. */
import type { AuditLine, Json } from "../ipc/types";
import { count, counted, duration } from "../kit/figures";

/** By the log's own word. One of a newer version shows as it stands. */
const ACTIONS = new Map<string, string>([
  ["connected", "Connected the CRM"],
  ["reauthorized", "Signed in again or replaced credentials"],
  ["disconnected", "Ended the connection"],
  ["purged", "Ended the connection and deleted its data"],
  ["renamed", "Renamed the connection"],
  ["scheduled", "Changed the schedule"],
  ["paused", "Paused the connection"],
  ["resumed", "Resumed the connection"],
  ["syncStarted", "Started a sync"],
  ["removalsConfirmed", "Confirmed removals"],
  ["verified", "Checked the connection"],
  ["pushed", "Sent contacts to NurtureHub"],
  ["writtenBack", "Wrote engagement to the CRM"],
  ["webhooksReplayed", "Replayed deliveries"],
  ["unverifiedWebhook", "Took in a delivery without checking its signature"],
  ["platformSet", "Set NurtureHub’s address and token"],
  ["alertsSet", "Changed what the app tells"],
  ["keyRotated", "Gave the database a new key"],
  ["startedFresh", "Began with an empty database"],
  ["bundleSaved", "Saved a diagnostic bundle"],
  ["auditExported", "Saved the audit log"],
]);

export function auditAction(action: string): string {
  return ACTIONS.get(action) ?? action;
}

const text = (value: Json) => (typeof value === "string" ? value : "");
const number = (word: string) => (value: Json) => (typeof value === "number" ? `${count(value)} ${word}` : "");
const names = (title: string) => (value: Json) => (Array.isArray(value) && value.length > 0 ? `${title}: ${value.map(text).join(", ")}` : "");

/** What is told of an entry's details, in this order; ids of runs are of no use to people. */
const PARTS: Record<string, (value: Json) => string> = {
  provider: text,
  tenant: (value) => `agency ${text(value)}`,
  settings: names("settings"),
  secrets: names("secrets"),
  signedIn: (value) => (value === true ? "signed in anew" : ""),
  everyMinutes: (value) => (typeof value === "number" ? `every ${duration(value * 60_000)}` : "never by itself"),
  full: (value) => (value === true ? "everything" : "only what changed"),
  ok: (value) => (value === true ? "every check passed" : "a check failed"),
  sent: number("sent"),
  accepted: number("accepted"),
  rejected: number("refused"),
  written: number("written"),
  deliveries: (value) => (typeof value === "number" ? counted(value, "delivery", "deliveries") : ""),
  url: text,
  format: (value) => text(value).toUpperCase(),
};

/** `12 sent · 10 accepted · 2 refused` */
export function auditDetail({ detail }: Pick<AuditLine, "detail">): string {
  if (typeof detail !== "object" || detail === null || Array.isArray(detail)) return "";
  const told = Object.entries(PARTS).flatMap(([key, words]) => {
    const value = detail[key];
    return value === undefined ? [] : [words(value)];
  });
  return told.filter(Boolean).join(" · ");
}
