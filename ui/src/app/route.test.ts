import { describe, expect, it } from "vitest";

import { parseRoute, to } from "./route";

describe("addresses", () => {
  it("come back as the places that they name", () => {
    expect(parseRoute(to.connection("a/b c", "contacts", "X 1"))).toEqual({
      screen: "connection",
      id: "a/b c",
      tab: "contacts",
      open: "X 1",
    });
    expect(parseRoute(to.connect("some"))).toEqual({ screen: "connect", provider: "some" });
  });

  it("that are not known lead to the overview, or to a connection’s health", () => {
    expect(parseRoute("#/nowhere")).toEqual({ screen: "overview" });
    expect(parseRoute("#/connection/")).toEqual({ screen: "overview" });
    expect(parseRoute("#/connection/one/nonsense")).toMatchObject({ tab: "health" });
  });
});
