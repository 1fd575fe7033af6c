/** Runs, their steps and their outcomes in words. */
import type { RunKind, RunProgress, RunStatus, StepName, VerifyStep } from "../ipc/types";
import { count, counted, duration } from "../kit/figures";
import type { IconName } from "../kit/Icon";
import type { Tone } from "../kit/Status";

const KINDS: Record<RunKind, string> = {
  sync: "Sync",
  push: "Push",
  verify: "Check",
  writeBack: "Write-back",
  webhook: "Webhook",
  keepAlive: "Sign-in kept alive",
};

export function runKind(kind: RunKind): string {
  return KINDS[kind];
}

const STATUSES: Record<RunStatus, { word: string; icon: IconName; tone: Tone }> = {
  running: { word: "Running", icon: "sync", tone: "accent" },
  succeeded: { word: "Succeeded", icon: "healthy", tone: "ok" },
  partial: { word: "In part", icon: "warning", tone: "warn" },
  failed: { word: "Failed", icon: "failing", tone: "bad" },
  cancelled: { word: "Cancelled", icon: "cross", tone: "calm" },
  interrupted: { word: "Interrupted", icon: "dash", tone: "calm" },
};

export function runStatus(status: RunStatus) {
  return STATUSES[status];
}

const STEPS: Record<StepName, string> = {
  configuration: "Settings make sense",
  credentials: "Credentials are there",
  dns: "The CRM’s address is found",
  connect: "The CRM takes connections",
  tls: "The connection is secure",
  authenticate: "The CRM knows us",
  permissions: "We may read contacts",
  readContact: "A contact can be read",
};

export const STEP_ORDER = Object.keys(STEPS) as StepName[];

/** The same on the way to NurtureHub, after a run that failed on that side; what is not here is asked of a
 *  CRM alone. */
const PLATFORM_STEPS: Partial<Record<StepName, string>> = {
  configuration: "NurtureHub’s address is set",
  credentials: "A token is there",
  dns: "NurtureHub’s address is found",
  connect: "NurtureHub takes connections",
  tls: "The connection is secure",
  authenticate: "NurtureHub knows us",
};

/** The steps on the way to the CRM, or to NurtureHub. */
export function stepOrder(ofPlatform: boolean): StepName[] {
  return ofPlatform ? STEP_ORDER.filter((step) => step in PLATFORM_STEPS) : STEP_ORDER;
}

export function stepWords(step: StepName, ofPlatform = false): string {
  return (ofPlatform ? PLATFORM_STEPS[step] : undefined) ?? STEPS[step];
}

/** What a step found. One that was not taken names the step that failed as it is named here. */
export function stepDetail({ detail }: VerifyStep, ofPlatform = false): string {
  return detail.replace(/the step `(\w+)`/, (whole, name: string) => (isStep(name) ? `“${stepWords(name, ofPlatform)}”` : whole));
}

function isStep(name: string): name is StepName {
  return name in STEPS;
}

/** `Page 42 · 4,200 of 12,400 contacts · 310 a second · 26 s left` */
export function progressWords(progress: RunProgress): string {
  if (progress.phase === "cancelling") return "Cancelling… What has come in is kept";
  const { pages, done, total, perSecond, secondsLeft } = progress;
  const parts = [
    pages > 0 ? `Page ${count(pages)}` : "",
    total === null ? counted(done, "contact") : `${count(done)} of ${counted(total, "contact")}`,
    perSecond === null ? "" : `${count(Math.round(perSecond))} a second`,
    secondsLeft === null ? "" : leftWords(secondsLeft),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** How far a run has come, or what holds it up. That it is being cancelled is known here first. */
export function runWords(progress: RunProgress, held: string | undefined): string {
  return progress.phase === "cancelling" ? progressWords(progress) : (held ?? progressWords(progress));
}

/** `26 s left`, `a few seconds left`: no more exact than such a guess can be. */
function leftWords(seconds: number): string {
  if (seconds < 5) return "a few seconds left";
  return seconds < 60 ? `${Math.round(seconds)} s left` : `${duration(seconds * 1000)} left`;
}
