/** A million people, none of them real: each is computed from its place in the list. */
import type { Category, ChangeKind, ConsentState, Contact, ContactDetail, ContactQuery, FieldChange, Lifecycle, PendingCounts } from "../ipc/types";
import { below, chance, pick } from "./random";

const FIRST = ["Amelia", "Oliver", "Isla", "George", "Ava", "Arthur", "Priya", "Muhammad", "Grace", "Theodore", "Freya", "Leo", "Siobhán", "Oscar", "Zofia", "Kwame", "Harriet", "Rhys", "Chidi", "Elspeth", "Yusuf", "Megan", "Callum", "Noor"] as const;
const LAST = ["Ashworth", "Bramley", "Carrington", "Davies", "Ellison", "Featherstone", "Gill", "Hargreaves", "Iqbal", "Jephson", "Kaur", "Llewellyn", "MacLeod", "Nkemelu", "O’Brien", "Pemberton", "Quayle", "Rahman", "Sutcliffe", "Thackeray", "Underwood", "Vasquez", "Whitlock", "Yates"] as const;
const STREETS = ["Pulteney Road", "Milsom Street", "Gay Street", "Lansdown Crescent", "Wells Road", "Bathwick Hill"] as const;
const TOWNS = [["Bath", "BA2 4"], ["Bristol", "BS8 1"], ["Frome", "BA11 1"], ["Chippenham", "SN15 3"]] as const;
const CATEGORIES = ["buyer", "buyer", "buyer", "vendor", "vendor", "landlord", "tenant", "tenant", "tenantApplicant", "lead", "supplier", "company", "other"] as const;
const CONSENTS = ["granted", "granted", "granted", "denied", "unknown", "unknown"] as const;
const STAFF = ["Helen Marsh", "Tom Okafor", "Ravi Shah"] as const;
const DAY = 86_400_000;

export type Agency = { provider: string; connection: string; seed: number; contacts: number; pending: PendingCounts; now: number };

/** Which contact comes where: by what a push would do with it, as the preview lists them. */
export function changeAt({ pending }: Agency, index: number): ChangeKind {
  let left = index;
  for (const kind of ["create", "update", "archive", "blocked"] as const) {
    if (left < pending[kind]) return kind;
    left -= pending[kind];
  }
  return "unchanged";
}

const firstAt = (seed: number, index: number) => pick(FIRST, seed, index, 1);
const lastAt = (seed: number, index: number) => pick(LAST, seed, index, 2);
const categoryAt = (seed: number, index: number): Category => pick(CATEGORIES, seed, index, 3);
const consentAt = (seed: number, index: number): ConsentState => pick(CONSENTS, seed, index, 4);
const hasIssue = (seed: number, index: number) => chance(seed, index, 5) < 0.03;
const phoneAt = (seed: number, index: number) => `07700 90${String(below(10_000, seed, index, 6)).padStart(4, "0")}`;
const postcodeAt = (seed: number, index: number) => `${pick(TOWNS, seed, index, 7)[1]}${pick(["AB", "DE", "LR", "QT"], seed, index, 8)}`;

export function externalIdAt(index: number): string {
  return `C${String(100_000 + index)}`;
}

export function indexOf(externalId: string): number {
  return Number(externalId.slice(1)) - 100_000;
}

function lifecycleAt(agency: Agency, index: number): Lifecycle {
  if (changeAt(agency, index) === "archive") return "archived";
  return chance(agency.seed, index, 9) < 0.04 ? "archived" : "active";
}

export function contactAt(agency: Agency, index: number): Contact {
  const { seed, now } = agency;
  const first = firstAt(seed, index);
  const last = lastAt(seed, index);
  const category = categoryAt(seed, index);
  const consent = consentAt(seed, index);
  const phone = phoneAt(seed, index);
  const broken = hasIssue(seed, index);
  const letters = `${first}.${last}`.toLowerCase().normalize("NFD").replace(/[^a-z.]/g, "");
  const updated = now - below(400 * DAY, seed, index, 10);
  const negotiator = pick(STAFF, seed, index, 11);
  return {
    id: `contact-${seed}-${index}`,
    identity: {
      firstName: first,
      lastName: last,
      fullName: category === "company" ? `${last} & ${pick(LAST, seed, index, 12)} Ltd` : `${first} ${last}`,
      ...(category === "company" ? { companyName: `${last} & ${pick(LAST, seed, index, 12)} Ltd` } : {}),
    },
    emails: [{ address: broken ? `${letters}@` : `${letters}${index % 97}@example.org`, label: "home", primary: true, valid: !broken }],
    phones: [{ e164: `+44${phone.slice(1).replace(" ", "")}`, raw: phone, label: "mobile", primary: true }],
    addresses: [
      {
        lines: [`${1 + below(140, seed, index, 13)} ${pick(STREETS, seed, index, 14)}`],
        town: pick(TOWNS, seed, index, 7)[0],
        postcode: postcodeAt(seed, index),
        country: "GB",
        primary: true,
      },
    ],
    category,
    categories: category === "vendor" && chance(seed, index, 15) < 0.4 ? ["vendor", "buyer"] : [category],
    consent: { email: consent, sms: consent === "granted" ? pick(CONSENTS, seed, index, 16) : consent, phone: pick(CONSENTS, seed, index, 17), post: "unknown" },
    assignment: { negotiator: { id: negotiator.slice(0, 2).toUpperCase(), name: negotiator }, office: { id: "BTH", name: "Bath" } },
    lifecycle: lifecycleAt(agency, index),
    tags: chance(seed, index, 18) < 0.2 ? ["First-time buyer"] : [],
    attributes: {},
    provenance: {
      provider: agency.provider,
      connectionId: agency.connection,
      externalId: externalIdAt(index),
      externalType: "contact",
      createdAt: new Date(updated - 90 * DAY).toISOString(),
      updatedAt: new Date(updated).toISOString(),
      fetchedAt: new Date(now - 12 * 60_000).toISOString(),
      contentHash: `${seed}${index}`.padStart(32, "0"),
    },
  };
}

/** The places of the contacts that a query lets through, or none where that is all of them. */
export function matching(agency: Agency, query: ContactQuery): Uint32Array | null {
  const { search, category, lifecycle, consent, change, withIssues } = query;
  if (search === null && category === null && lifecycle === null && consent === null && change === null && !withIssues) return null;
  const { seed, contacts } = agency;
  const term = search?.toLowerCase() ?? null;
  const found: number[] = [];
  for (let index = 0; index < contacts; index += 1) {
    if (category !== null && categoryAt(seed, index) !== category) continue;
    if (withIssues && !hasIssue(seed, index)) continue;
    if (consent !== null && consentAt(seed, index) !== consent) continue;
    if (change !== null && changeAt(agency, index) !== change) continue;
    if (lifecycle !== null && lifecycleAt(agency, index) !== lifecycle) continue;
    if (term !== null && !mentions(seed, index, term)) continue;
    found.push(index);
  }
  return Uint32Array.from(found);
}

function mentions(seed: number, index: number, term: string): boolean {
  if (`${firstAt(seed, index)} ${lastAt(seed, index)}`.toLowerCase().includes(term)) return true;
  return /\d/.test(term) && (phoneAt(seed, index).includes(term) || postcodeAt(seed, index).toLowerCase().includes(term));
}

export function fieldsAt(agency: Agency, index: number): FieldChange[] {
  const after = contactAt(agency, index);
  switch (changeAt(agency, index)) {
    case "create":
      return [
        { field: "identity.fullName", before: null, after: after.identity.fullName },
        { field: "emails", before: null, after: after.emails },
        { field: "phones", before: null, after: after.phones },
        { field: "category", before: null, after: after.category },
        { field: "consent.email", before: null, after: after.consent.email },
      ];
    case "archive":
      return [{ field: "lifecycle", before: "active", after: "archived" }];
    default: {
      const changes: FieldChange[] = [
        { field: "phones", before: [{ e164: "+447700900000", raw: "07700 900000", label: "mobile", primary: true }], after: after.phones },
        { field: "consent.email", before: "unknown", after: after.consent.email },
        { field: "assignment.negotiator.name", before: "Edith Rowe", after: after.assignment.negotiator?.name ?? null },
        { field: "addresses", before: [{ lines: ["4 Old Lane"], town: "Bath", postcode: "BA1 1AA", country: "GB", primary: true }], after: after.addresses },
      ];
      return changes.slice(0, 1 + below(3, agency.seed, index, 19));
    }
  }
}

export function detailAt(agency: Agency, index: number): ContactDetail {
  const contact = contactAt(agency, index);
  const change = changeAt(agency, index);
  const broken = hasIssue(agency.seed, index);
  return {
    contact,
    raw: {
      id: contact.provenance.externalId,
      forename: contact.identity.firstName ?? null,
      surname: contact.identity.lastName ?? null,
      email: contact.emails[0]?.address ?? null,
      mobilePhone: contact.phones[0]?.raw ?? null,
      marketingConsent: contact.consent.email === "unknown" ? "notAsked" : contact.consent.email === "granted" ? "grant" : "deny",
      primaryAddress: { line1: contact.addresses[0]?.lines[0] ?? null, postcode: contact.addresses[0]?.postcode ?? null },
      modified: contact.provenance.updatedAt ?? null,
    },
    lineage: [
      { field: "identity.firstName", from: "forename" },
      { field: "identity.lastName", from: "surname" },
      { field: "identity.fullName", from: "(forename and surname)" },
      { field: "emails[0]", from: "email" },
      { field: "phones[0]", from: "mobilePhone" },
      { field: "addresses[0]", from: "primaryAddress" },
      { field: "consent.email", from: "marketingConsent" },
    ],
    issues: broken ? [{ code: "emailInvalid", field: "emails[0].address", message: "The address has nothing after the @. It is kept and not used." }] : [],
    change,
    ...(change === "blocked" ? { blockedBy: REFUSED } : {}),
    pushes:
      change === "create"
        ? []
        : [
            { at: new Date(agency.now - 3 * DAY).toISOString(), runId: "r-2", accepted: change !== "blocked", code: change === "blocked" ? REFUSED.code : null, message: change === "blocked" ? REFUSED.message : null },
            { at: new Date(agency.now - 40 * DAY).toISOString(), runId: "r-1", accepted: true, code: null, message: null },
          ],
  };
}

export const REFUSED = { code: "nameReserved", message: "NurtureHub keeps this name for its own test contacts.", field: "identity.fullName" };
export const HELD = { code: "removalHeld", message: "Missing from a listing that is in doubt; it is removed once a person confirms it.", field: null };
