/** Values of a contact's fields in words, as a preview shows them before and after. */
import type { Contact, Json } from "../ipc/types";
import { absolute } from "../kit/figures";
import { CATEGORY_ORDER, categoryWord, consentWords, lifecycleWord, phoneWords } from "./contacts";

/** A moment as the model has it. */
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

type Phone = Contact["phones"][number];
type Email = Contact["emails"][number];
type Address = Contact["addresses"][number];

/** A value of the field at a path. What is not known to this app is told as plainly as it can be. */
export function valueWords(field: string, value: Json): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map((item) => itemWords(field, item)).join("\n");
  if (typeof value !== "string") return plainly(value);
  if (/(At|On)$/.test(field) && INSTANT.test(value)) return absolute(value);
  if (field.startsWith("consent.") && isOneOf(value, ["granted", "denied", "unknown"])) return consentWords(value).word;
  if (field === "lifecycle" && isOneOf(value, ["active", "archived", "deleted"])) return lifecycleWord(value);
  if (field === "category") return categoryOf(value);
  return plainly(value);
}

function itemWords(field: string, item: Json): string {
  if (field === "categories" && typeof item === "string") return categoryOf(item);
  if (item === null || typeof item !== "object" || Array.isArray(item)) return plainly(item);
  if (field === "phones" && "raw" in item) {
    const phone = item as unknown as Phone;
    return labelled(phoneWords(phone), phone);
  }
  if (field === "emails" && "address" in item) {
    const email = item as unknown as Email;
    return labelled(email.address, email, email.valid ? [] : ["not usable"]);
  }
  if (field === "addresses" && "lines" in item) {
    const { lines, town, county, postcode, country } = item as unknown as Address;
    return [...lines, town, county, postcode, country].filter(Boolean).join(", ");
  }
  return plainly(item);
}

function labelled(text: string, { label, primary }: Pick<Phone, "label" | "primary">, more: string[] = []): string {
  const words = [label, primary ? "first choice" : null, ...more].filter(Boolean).join(", ");
  return words === "" ? text : `${text} (${words})`;
}

function categoryOf(value: string): string {
  // A category of a later version has no word here; its own name must do.
  const known = CATEGORY_ORDER.find((category) => category === value);
  return known === undefined ? value : categoryWord(known);
}

function isOneOf<T extends string>(value: string, known: readonly T[]): value is T {
  return (known as readonly string[]).includes(value);
}

/** In words where it is plain, as names and values where it is not. */
function plainly(value: Json): string {
  if (value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "empty" : value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(plainly).join(", ");
  return Object.entries(value)
    .filter(([, inner]) => inner !== null && inner !== false && inner !== "")
    .map(([key, inner]) => (inner === true ? key : `${key}: ${plainly(inner)}`))
    .join(", ");
}
