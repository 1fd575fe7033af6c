/** Which action starts the remedy of a state or an issue. */
import type { ConnectionRow, Issue } from "../ipc/types";

export type Remedy = "signIn" | "settings" | "verify" | "sync" | "changes" | "confirmRemovals" | "bundle";

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
  confirmRemovals: "Review removals",
  bundle: "Export bundle",
};

export function remedyLabel(remedy: Remedy): string {
  return LABELS[remedy];
}

/** For an issue by its kind. */
export function remedyOf({ kind }: Pick<Issue, "kind">): Remedy {
  if (SIGN_IN.includes(kind)) return "signIn";
  if (SETTINGS.includes(kind)) return "settings";
  if (VERIFY.includes(kind)) return "verify";
  if (BUNDLE.includes(kind)) return "bundle";
  return kind === "platformRejected" ? "changes" : "sync";
}

/** For a connection as a whole. */
export function remedyFor({ health, doubt, pending }: ConnectionRow): Remedy {
  if (health.state === "needsReauth" || health.state === "expiring") return "signIn";
  if (doubt !== null && doubt.held > 0) return "confirmRemovals";
  const [issue] = health.issues;
  if (issue) return remedyOf(issue);
  return health.state === "degraded" && pending.blocked > 0 ? "changes" : "sync";
}
