/** Contacts and changes in words. */
import type { Category, ChangeKind, ConsentState, Contact, Lifecycle } from "../ipc/types";
import type { IconName } from "../kit/Icon";
import type { Tone } from "../kit/Status";

const CATEGORIES: Record<Category, string> = {
  buyer: "Buyer",
  tenantApplicant: "Tenant applicant",
  vendor: "Vendor",
  landlord: "Landlord",
  tenant: "Tenant",
  lead: "Lead",
  supplier: "Supplier",
  company: "Company",
  other: "Other",
};

export const CATEGORY_ORDER = Object.keys(CATEGORIES) as Category[];

export function categoryWord(category: Category): string {
  return CATEGORIES[category];
}

const LIFECYCLES: Record<Lifecycle, string> = { active: "Active", archived: "Archived", deleted: "Deleted" };

export const LIFECYCLE_ORDER = Object.keys(LIFECYCLES) as Lifecycle[];

export function lifecycleWord(lifecycle: Lifecycle): string {
  return LIFECYCLES[lifecycle];
}

const CONSENTS: Record<ConsentState, { word: string; icon: IconName; tone: Tone }> = {
  granted: { word: "Granted", icon: "check", tone: "accent" },
  denied: { word: "Denied", icon: "cross", tone: "calm" },
  unknown: { word: "Unknown", icon: "dash", tone: "calm" },
};

export function consentWords(state: ConsentState) {
  return CONSENTS[state];
}

const CHANGES: Record<ChangeKind, { word: string; icon: IconName; tone: Tone }> = {
  create: { word: "Create", icon: "plus", tone: "accent" },
  update: { word: "Update", icon: "changes", tone: "accent" },
  archive: { word: "Archive", icon: "file", tone: "calm" },
  blocked: { word: "Blocked", icon: "failing", tone: "bad" },
  unchanged: { word: "Unchanged", icon: "check", tone: "calm" },
};

export function changeWords(kind: ChangeKind) {
  return CHANGES[kind];
}

/** Channels in the order of the record, each with the letter that stands over its column. */
export const CHANNELS = [
  ["email", "Email", "E"],
  ["sms", "Text", "T"],
  ["phone", "Phone", "P"],
  ["post", "Post", "L"],
] as const;

const FIELDS: Record<string, string> = {
  id: "Id on NurtureHub",
  "provenance.externalId": "Id in the CRM",
  "provenance.externalType": "Kind of record in the CRM",
  "provenance.createdAt": "Made in the CRM",
  "provenance.updatedAt": "Changed in the CRM",
  "provenance.fetchedAt": "Read from the CRM",
  "consent.email": "Consent to email",
  "consent.sms": "Consent to texts",
  "consent.phone": "Consent to calls",
  "consent.post": "Consent to post",
  "assignment.negotiator.name": "Looked after by",
  "assignment.office.name": "Branch",
};

/** `identity.fullName` as a person reads it: `Full name`; `emails[0].address` as `Emails › 1 › address`. */
export function fieldWords(path: string): string {
  const named = FIELDS[path];
  if (named !== undefined) return named;
  const parts = path
    .replace(/\[(\d+)\]/g, (_, index: string) => `.${Number(index) + 1}`)
    .split(".")
    .filter((part, index) => !(index === 0 && part === "identity"));
  const spoken = parts.map((part) => part.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()).join(" › ");
  return spoken.charAt(0).toUpperCase() + spoken.slice(1);
}

/** A number as it is read: British ones in groups, others as they are. */
export function phoneWords({ e164, raw }: Contact["phones"][number]): string {
  const number = e164 ?? raw;
  return /^\+44\d{10}$/.test(number) ? `+44 ${number.slice(3, 7)} ${number.slice(7)}` : number;
}
