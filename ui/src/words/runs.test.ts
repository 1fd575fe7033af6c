import { describe, expect, it } from "vitest";

import type { RunProgress, VerifyStep } from "../ipc/types";
import { progressWords, runWords, stepDetail } from "./runs";

const under = (part: Partial<RunProgress>): RunProgress => ({
  connection: "one",
  kind: "sync",
  phase: "running",
  startedAt: "2026-11-23T10:42:00Z",
  pages: 42,
  done: 4200,
  total: null,
  perSecond: 310.4,
  secondsLeft: null,
  ...part,
});

describe("the progress of a run", () => {
  it("tells pages, contacts and rate, and the time left where there is a total", () => {
    expect(progressWords(under({}))).toBe("Page 42 · 4,200 contacts · 310 a second");
    expect(progressWords(under({ total: 12_400, secondsLeft: 26 }))).toBe(
      "Page 42 · 4,200 of 12,400 contacts · 310 a second · 26 s left",
    );
  });

  it("guesses no more exactly than it can", () => {
    expect(progressWords(under({ secondsLeft: 1.4 }))).toMatch(/a few seconds left$/);
    expect(progressWords(under({ secondsLeft: 7.3 }))).toMatch(/7 s left$/);
    expect(progressWords(under({ secondsLeft: 185 }))).toMatch(/3 min 5 s left$/);
  });

  it("tells that it stops, and that nothing is lost", () => {
    expect(progressWords(under({ phase: "cancelling" }))).toMatch(/^Cancelling….*kept/);
  });

  it("gives way to what holds the run up, save where it is being cancelled", () => {
    expect(runWords(under({}), undefined)).toMatch(/^Page 42/);
    expect(runWords(under({}), "Waiting until 14:05: …")).toBe("Waiting until 14:05: …");
    expect(runWords(under({ phase: "cancelling" }), "Waiting until 14:05: …")).toMatch(/^Cancelling…/);
  });
});

describe("a step that was not taken", () => {
  it("names the step that failed as the list names it", () => {
    const skipped = (detail: string) => stepDetail({ detail } as VerifyStep);
    expect(skipped("Not tried, because the step `authenticate` failed.")).toBe("Not tried, because “The CRM knows us” failed.");
    expect(skipped("Not tried, because the step `another` failed.")).toBe("Not tried, because the step `another` failed.");
  });
});
