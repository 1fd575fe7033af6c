/** A form drawn from a provider's own list of fields: what is asked, and whether an answer will do. */
import type { ConnectDefaults, Field, ProviderView, StringMap } from "../ipc/types";

/** What the person typed, secrets among it, by the field's key. */
export type Answers = StringMap;

/** What stands in the form at first. */
export function startingAnswers(provider: ProviderView, given: StringMap): Answers {
  return Object.fromEntries(
    provider.fields.map((field) => [field.key, given[field.key] ?? (field.secret ? "" : (field.default ?? ""))]),
  );
}

/** Whether a field is asked for, by what the others say. */
export function isAsked(field: Field, answers: Answers): boolean {
  if (!field.onlyWhen) return true;
  const [key, value] = field.onlyWhen;
  return answers[key] === value;
}

/** What is amiss with an answer, in a sentence. */
export function amiss(field: Field, answer: string, isHeld: boolean): string | undefined {
  const value = answer.trim();
  if (value === "") return field.required && !isHeld ? `${field.label} is needed.` : undefined;
  const { setting } = field;
  if (setting.kind === "url" && !isSafeAddress(value)) return "An address begins with https://, or http:// on this computer.";
  if (setting.kind === "integer") {
    const number = Number(value);
    if (!Number.isInteger(number) || number < setting.min || number > setting.max) {
      return `A whole number from ${setting.min} to ${setting.max}.`;
    }
  }
  return undefined;
}

function isSafeAddress(text: string): boolean {
  try {
    const { protocol, hostname } = new URL(text);
    const isHere = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
    return protocol === "https:" || (protocol === "http:" && isHere);
  } catch {
    return false;
  }
}

/** Everything that is amiss, by key. */
export function allAmiss(fields: Field[], answers: Answers, { secretsHeld }: Pick<ConnectDefaults, "secretsHeld">): StringMap {
  return Object.fromEntries(
    fields
      .filter((field) => isAsked(field, answers))
      .flatMap((field) => {
        const wrong = amiss(field, answers[field.key] ?? "", secretsHeld.includes(field.key));
        return wrong === undefined ? [] : [[field.key, wrong]];
      }),
  );
}

/** Settings and secrets apart, without what is empty, not asked for, or as the provider has it anyway. */
export function split(fields: Field[], answers: Answers): { settings: StringMap; secrets: StringMap } {
  const settings: StringMap = {};
  const secrets: StringMap = {};
  for (const field of fields.filter((one) => isAsked(one, answers))) {
    const value = (answers[field.key] ?? "").trim();
    if (value === "" || (!field.secret && value === field.default)) continue;
    (field.secret ? secrets : settings)[field.key] = value;
  }
  return { settings, secrets };
}

/** Whether signing in leads to the browser, by what is chosen. */
export function opensBrowser({ signIn }: ProviderView, answers: Answers): boolean {
  const chosen = typeof signIn.chosenBy === "string" ? answers[signIn.chosenBy] : undefined;
  const method = signIn.methods.find(({ value }) => value === chosen) ?? signIn.methods[0];
  return method?.kind === "authorizationCode";
}
