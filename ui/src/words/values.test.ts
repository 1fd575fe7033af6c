import { describe, expect, it } from "vitest";

import { fieldWords } from "./contacts";
import { valueWords } from "./values";

describe("a value in a preview", () => {
  it("is told as a person would tell it", () => {
    expect(valueWords("phones", [{ e164: "+447700900123", raw: "07700 900123", label: "mobile", primary: true }])).toBe(
      "+44 7700 900123 (mobile, first choice)",
    );
    expect(valueWords("emails", [{ address: "a@", label: null, primary: false, valid: false }])).toBe("a@ (not usable)");
    expect(valueWords("addresses", [{ lines: ["4 Old Lane"], town: "Bath", postcode: "BA1 1AA", country: "GB", primary: true }])).toBe(
      "4 Old Lane, Bath, BA1 1AA, GB",
    );
    expect(valueWords("consent.email", "granted")).toBe("Granted");
    expect(valueWords("category", "tenantApplicant")).toBe("Tenant applicant");
    expect(valueWords("lifecycle", "archived")).toBe("Archived");
    expect(valueWords("provenance.updatedAt", "2026-11-23T10:42:05Z")).toMatch(/^Mon,? 23 Nov 2026/);
    expect(valueWords("attributes.notes", "2026-11-23T10:42:05Z")).toBe("2026-11-23T10:42:05Z");
  });

  it("of a kind that is not known is told plainly", () => {
    expect(valueWords("category", "squatter")).toBe("squatter");
    expect(valueWords("attributes.budget", { from: 100, to: null, asked: true })).toBe("from: 100, asked");
    expect(valueWords("tags", [])).toBe("none");
    expect(valueWords("identity.title", "")).toBe("empty");
  });
});

describe("a field’s path", () => {
  it("is a name where it has one, and words otherwise", () => {
    expect(fieldWords("consent.email")).toBe("Consent to email");
    expect(fieldWords("assignment.negotiator.name")).toBe("Looked after by");
    expect(fieldWords("identity.fullName")).toBe("Full name");
    expect(fieldWords("provenance.updatedAt")).toBe("Changed in the CRM");
    expect(fieldWords("emails[0].address")).toBe("Emails › 1 › address");
  });
});
