/** What a CRM can and cannot do, in words. */
import type { ProviderView } from "../ipc/types";

const NAMES: Record<string, string> = {
  changedSince: "Lists only what changed",
  listsRemoved: "Lists what was removed",
  total: "Says how many contacts there are",
  activityWriteBack: "Takes engagement back",
  webhooks: "Sends webhooks",
  consent: "Says what people agreed to",
  assignment: "Says who looks after a contact",
};

export type Ability = { name: string; able: boolean; reason: string | null };

/** Every capability, with the reason where there is none. */
export function abilities({ capabilities, unsupported }: ProviderView): Ability[] {
  return Object.entries(NAMES).map(([key, name]) => {
    const value = (capabilities as Record<string, boolean | string[]>)[key];
    const able = Array.isArray(value) ? value.length > 0 : value === true;
    return { name, able, reason: unsupported.find(({ capability }) => capability === key)?.reason ?? null };
  });
}

const SIGN_INS: Record<string, string> = {
  authorizationCode: "Sign in in the browser",
  clientCredentials: "Client id and secret",
  staticSecret: "API key or token",
};

/** How one signs in: `Client id and secret, or sign in in the browser`. */
export function signInWords({ signIn }: ProviderView): string {
  const words = signIn.methods.map(({ kind }) => SIGN_INS[kind] ?? kind);
  const [first = "", ...others] = words;
  return [first, ...others.map((word) => word.charAt(0).toLowerCase() + word.slice(1))].join(", or ");
}

/** What matters most of it, in a line: `Reads only what changed; webhooks; write-back`. */
export function inShort({ capabilities }: ProviderView): string {
  return [
    capabilities.changedSince ? "Reads only what changed" : "Reads everything each time",
    capabilities.webhooks ? "webhooks" : "no webhooks",
    capabilities.activityWriteBack.length > 0 ? "write-back" : "no write-back",
  ].join("; ");
}

/** Whether the CRM's documentation has an address; of a CRM that only a profile describes it has none. */
export function isDocumented({ documentation }: ProviderView): boolean {
  return documentation.startsWith("https://");
}
