/** Engagement and webhooks in words. */
import type { DeliveryView, WriteBackState } from "../ipc/types";
import type { IconName } from "../kit/Icon";
import type { Tone } from "../kit/Status";

type Words = { word: string; icon: IconName; tone: Tone };

const WRITE_BACK: Record<WriteBackState, Words> = {
  waiting: { word: "Waiting", icon: "clock", tone: "accent" },
  written: { word: "Written", icon: "healthy", tone: "ok" },
  rejected: { word: "Refused", icon: "failing", tone: "bad" },
  unsupported: { word: "Unsupported", icon: "dash", tone: "calm" },
};

export const WRITE_BACK_ORDER = Object.keys(WRITE_BACK) as WriteBackState[];

export function writeBackWords(state: WriteBackState): Words {
  return WRITE_BACK[state];
}

const OUTCOMES: Record<DeliveryView["outcome"], Words> = {
  accepted: { word: "Accepted", icon: "healthy", tone: "ok" },
  failed: { word: "Waiting for replay", icon: "warning", tone: "warn" },
};

export function outcomeWords(outcome: DeliveryView["outcome"]): Words {
  return OUTCOMES[outcome];
}

/** `emailOpened` as `Email opened`. */
export function activityWords(kind: string | null): string {
  if (kind === null) return "Unknown activity";
  const spoken = kind.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return spoken.charAt(0).toUpperCase() + spoken.slice(1);
}
