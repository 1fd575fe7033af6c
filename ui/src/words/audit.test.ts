import { describe, expect, it } from "vitest";

import { AUDIT_WORDS } from "../ipc/bindings";
import { auditAction, auditDetail } from "./audit";

describe("what people did", () => {
  it("has words for everything that the log knows, and shows what it does not", () => {
    for (const word of AUDIT_WORDS) expect(auditAction(word), word).not.toBe(word);
    expect(auditAction("ofANewerVersion")).toBe("ofANewerVersion");
  });

  it("tells details in words, without ids of runs", () => {
    expect(auditDetail({ detail: { runId: "r-1", sent: 1200, accepted: 1190, rejected: 10 } })).toBe("1,200 sent · 1,190 accepted · 10 refused");
    expect(auditDetail({ detail: { settings: ["pageSize"], secrets: [], signedIn: false } })).toBe("settings: pageSize");
    expect(auditDetail({ detail: { everyMinutes: null } })).toBe("never by itself");
    expect(auditDetail({ detail: { everyMinutes: 60 } })).toBe("every 1 h");
    expect(auditDetail({ detail: {} })).toBe("");
    expect(auditDetail({ detail: null })).toBe("");
  });
});
