/** The steps of a check, as the fake backend finds them. */
import type { ErrorReport, Finding, RunPoint, VerifyStep } from "../ipc/types";
import { STEP_ORDER } from "../words/runs";

const DETAILS: Record<VerifyStep["step"], string> = {
  configuration: "Every setting makes sense.",
  credentials: "The secrets are in the keychain.",
  dns: "The name resolves to two addresses.",
  connect: "Port 443 takes connections.",
  tls: "TLS 1.3, the certificate is good for 81 days.",
  authenticate: "Signed in.",
  permissions: "Contacts may be read, and notes written.",
  readContact: "One contact was read and understood.",
};

/** All steps, where the CRM does not know us for this reason. */
export function stepsWith(error: ErrorReport | undefined): VerifyStep[] {
  const failing = error === undefined ? STEP_ORDER.length : STEP_ORDER.indexOf("authenticate");
  return STEP_ORDER.map((step, place) => {
    const durationMs = 12 + step.length * 9;
    if (place < failing || error === undefined) return { step, status: "passed", detail: DETAILS[step], durationMs };
    if (place > failing) return { step, status: "skipped", detail: "Not taken: an earlier step failed.", durationMs: 0 };
    return { step, status: "failed", detail: error.message, durationMs, remedy: error.remedy, error };
  });
}

/** What was found after the newest run, where that failed. */
export function findingOf(point: RunPoint | undefined, error: ErrorReport | undefined): Finding | null {
  if (point?.status !== "failed" || error === undefined) return null;
  const endedAt = new Date(Date.parse(point.startedAt) + point.durationMs).toISOString();
  const { runId, status, startedAt } = point;
  return {
    run: { runId, kind: "sync", status, startedAt, endedAt, contacts: 0, errorKind: error.kind },
    at: endedAt,
    verification: { ok: false, steps: stepsWith(error), unconfirmed: null },
    notAsked: null,
  };
}
