import { describe, expect, it } from "vitest";

import type { Field } from "../ipc/types";
import { allAmiss, amiss, isAsked, split } from "./form";

const field = (part: Partial<Field>): Field => ({
  key: "key",
  label: "Key",
  help: "",
  secret: false,
  required: true,
  setting: { kind: "text" },
  advanced: false,
  ...part,
});

describe("an answer", () => {
  it("must be there where it is needed", () => {
    expect(amiss(field({}), "  ", false)).toBe("Key is needed.");
    expect(amiss(field({ required: false }), "", false)).toBeUndefined();
    expect(amiss(field({ secret: true }), "", true), "the shell holds it").toBeUndefined();
  });

  it("is a whole number within its bounds", () => {
    const bounded = field({ setting: { kind: "integer", min: 1, max: 100 } });
    expect(amiss(bounded, "100", false)).toBeUndefined();
    for (const wrong of ["0", "101", "2.5", "ten"]) expect(amiss(bounded, wrong, false), wrong).toBeDefined();
  });

  it("is an address that nobody can listen in on", () => {
    const address = field({ setting: { kind: "url" } });
    for (const good of ["https://crm.example/api", "http://127.0.0.1:8080", "http://localhost/x"]) {
      expect(amiss(address, good, false), good).toBeUndefined();
    }
    for (const wrong of ["http://crm.example", "ftp://crm.example", "crm.example", "http://127.example.com"]) {
      expect(amiss(address, wrong, false), wrong).toBeDefined();
    }
  });
});

describe("a form", () => {
  const fields = [
    field({ key: "signIn", setting: { kind: "choice", values: ["client", "browser"] }, default: "client", required: false }),
    field({ key: "clientSecret", secret: true, onlyWhen: ["signIn", "client"] }),
    field({ key: "team" }),
  ];

  it("asks only for what the other answers call for", () => {
    const [, secret] = fields;
    expect(secret && isAsked(secret, { signIn: "client" })).toBe(true);
    expect(secret && isAsked(secret, { signIn: "browser" })).toBe(false);
  });

  it("does not miss what it does not ask for", () => {
    expect(allAmiss(fields, { signIn: "browser", team: "" }, { secretsHeld: [] })).toEqual({ team: "Key is needed." });
  });

  it("keeps secrets apart, and leaves out defaults and what is not asked for", () => {
    expect(split(fields, { signIn: "client", clientSecret: " s ", team: "A" })).toEqual({
      settings: { team: "A" },
      secrets: { clientSecret: "s" },
    });
    expect(split(fields, { signIn: "browser", clientSecret: "s", team: "A" })).toEqual({
      settings: { signIn: "browser", team: "A" },
      secrets: {},
    });
  });
});
