/** Which action starts the remedy of a state or an issue. */
import type { ConnectionRow, Doubt, Issue } from "../ipc/types";

export type Remedy =
  | "signIn" | "settings" | "verify" | "sync" | "changes" | "push" | "platform" | "activities" | "confirmRemovals" | "bundle";

const SIGN_IN = [
  "authExpired", "authRevoked", "authInvalid", "wrongAccount", "signInCancelled", "signInTimedOut", "signInRefused",
];
const SETTINGS = ["configuration", "tenantUnknown"];
const VERIFY = ["scopeMissing", "network.dns", "network.connect", "network.tls", "network.proxy", "clockSkew"];
const BUNDLE = ["schemaChanged", "internal", "storageCorrupt"];

const LABELS: Record<Remedy, string> = {
  signIn: "Sign in again",
  settings: "Open settings",
  verify: "Check again",
  sync: "Sync now",
  changes: "See refused records",
  push: "Open changes",
  platform: "Platform settings",
  activities: "See what failed",
  confirmRemovals: "Review removals",
  bundle: "Export bundle",
};

export function remedyLabel(remedy: Remedy): string {
  return LABELS[remedy];
}

const PLATFORM = [...SIGN_IN, ...SETTINGS, "scopeMissing"];

/** For an issue by its kind, and by what it is about: a sync mends nothing of a push. */
export function remedyOf({ kind, about }: Pick<Issue, "kind" | "about">): Remedy {
  if (BUNDLE.includes(kind)) return "bundle";
  if (kind === "platformRejected") return "changes";
  if (about === "push") return PLATFORM.includes(kind) ? "platform" : "push";
  if (SIGN_IN.includes(kind)) return "signIn";
  if (SETTINGS.includes(kind)) return "settings";
  if (VERIFY.includes(kind)) return "verify";
  return about === "writeBack" ? "activities" : "sync";
}

/** Whether an issue says that a listing was not believed, which a person’s word ends. */
export function isOfRemovals(issue: Pick<Issue, "kind">, doubt: Doubt | null): boolean {
  return doubt !== null && doubt.held > 0 && issue.kind === "incompleteListing";
}

/** For an issue of a connection, which may hold removals. */
export function remedyIn({ doubt }: Pick<ConnectionRow, "doubt">, issue: Issue): Remedy {
  return isOfRemovals(issue, doubt) ? "confirmRemovals" : remedyOf(issue);
}

/** For a connection as a whole. */
export function remedyFor({ health, doubt, pending }: ConnectionRow): Remedy {
  if (health.state === "needsReauth" || health.state === "expiring") return "signIn";
  if (doubt !== null && doubt.held > 0) return "confirmRemovals";
  const [issue] = health.issues;
  if (issue) return remedyOf(issue);
  return health.state === "degraded" && pending.blocked > 0 ? "changes" : "sync";
}
