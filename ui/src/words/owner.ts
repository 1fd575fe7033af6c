/** Who must act, in words. */
import type { Owner } from "../ipc/types";

const OWNERS: Record<Owner, string> = {
  agency: "Your agency can mend this.",
  crm: "The CRM’s vendor has to mend this.",
  nurturehub: "NurtureHub has to mend this.",
  support: "NurtureHub’s support mends this with you.",
};

export function ownerWords(owner: Owner): string {
  return OWNERS[owner];
}
