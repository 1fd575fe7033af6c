import { describe, expect, it } from "vitest";

import { agencies } from "../fake/agencies";
import { remedyFor, remedyIn, remedyOf } from "./remedy";
import { byUrgency, needsAttention } from "./state";

const rows = agencies(2000);
const named = (name: string) => {
  const row = rows.find(({ connection }) => connection.name === name);
  if (!row) throw new Error(`no such agency: ${name}`);
  return row;
};

describe("the remedy", () => {
  it("of a connection is what ends its trouble", () => {
    expect(remedyFor(named("Fenwick Lettings"))).toBe("signIn");
    expect(remedyFor(named("Marlow Estates"))).toBe("confirmRemovals");
    expect(remedyFor(named("Bright & Co"))).toBe("sync");
    expect(remedyFor(named("Vale Lettings"))).toBe("signIn");
  });

  it("of an issue goes by its kind", () => {
    expect(remedyOf({ kind: "tenantUnknown" })).toBe("settings");
    expect(remedyOf({ kind: "schemaChanged" })).toBe("bundle");
    expect(remedyOf({ kind: "network.tls" })).toBe("verify");
    expect(remedyOf({ kind: "providerDown" }), "trying again does no harm").toBe("sync");
  });

  it("of a listing that was not believed is a person's word, where removals are held", () => {
    const issue = { kind: "incompleteListing", title: "", remedy: "", owner: "agency", openedAt: "" } as const;
    const doubt = { reason: "manyRemovals", message: "", held: 3 } as const;
    expect(remedyIn({ doubt }, issue)).toBe("confirmRemovals");
    expect(remedyIn({ doubt: null }, issue), "nothing is held").toBe("sync");
    expect(remedyIn({ doubt }, { ...issue, kind: "mapping" }), "another issue").toBe("sync");
  });

  it("of an issue goes by what it is about: no sync mends a push or a write-back", () => {
    expect(remedyOf({ kind: "platformRejected" })).toBe("changes");
    expect(remedyOf({ kind: "platformDown", about: "push" })).toBe("push");
    expect(remedyOf({ kind: "authInvalid", about: "push" }), "the platform's token, not the CRM's").toBe("platform");
    expect(remedyOf({ kind: "providerRejected", about: "writeBack" })).toBe("activities");
    expect(remedyOf({ kind: "authRevoked", about: "writeBack" })).toBe("signIn");
  });
});

describe("the order", () => {
  it("is worst first, and ends with what is well", () => {
    const sorted = [...rows].sort(byUrgency).map(({ health }) => health.state);
    expect(sorted).toEqual(["needsReauth", "failing", "degraded", "expiring", "healthy", "healthy"]);
  });

  it("has nothing among what needs attention that does not", () => {
    expect(rows.filter(({ health }) => needsAttention(health))).toHaveLength(4);
  });
});
