import { describe, expect, it } from "vitest";

import type { Health } from "../ipc/types";
import { activityWords } from "./state";

const until = new Date(2026, 10, 23, 14, 5).toISOString();
const health = (part: Partial<Health>): Health => ({
  state: "healthy",
  activity: "idle",
  since: until,
  failureStreak: 0,
  staleAfter: until,
  issues: [],
  ...part,
});

describe("what holds a run up", () => {
  const waiting = health({ activity: "waiting", activityUntil: until, activityWhy: "The CRM asked to wait before the next request." });
  const before = Date.parse(until) - 60_000;

  it("is a wait, with its end and its reason", () => {
    expect(activityWords(waiting, before)).toBe("Waiting until 14:05: The CRM asked to wait before the next request.");
  });

  it("is no wait that is over", () => {
    expect(activityWords(waiting, Date.parse(until))).toBeUndefined();
  });

  it("is a cancel that was heard", () => {
    expect(activityWords(health({ activity: "cancelling" }), before)).toBe("Cancelling…");
  });

  it("is nothing where it simply runs", () => {
    expect(activityWords(health({ activity: "running" }), before)).toBeUndefined();
  });
});
