import { describe, expect, it } from "vitest";

import { counted, duration, lasting, relative, size } from "./figures";

const NOW = Date.parse("2026-11-23T10:42:00Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

describe("distances in time", () => {
  it("are told in the unit that says most", () => {
    expect(relative(ago(0), NOW)).toBe("just now");
    expect(relative(ago(59), NOW)).toBe("59 min ago");
    expect(relative(ago(61), NOW)).toBe("1 h ago");
    expect(relative(ago(26 * 60), NOW)).toBe("1 day ago");
    expect(relative(ago(-90), NOW)).toBe("in 1 h");
  });

  it("become a date when they are long, with the year where it is another", () => {
    expect(relative(ago(20 * 1440), NOW)).toBe("3 Nov");
    expect(relative(ago(400 * 1440), NOW)).toBe("19 Oct 2025");
  });

  it("read as a span where something has lasted", () => {
    expect(lasting(ago(3 * 1440), NOW)).toBe("for 3 days");
    expect(lasting(ago(20 * 1440), NOW)).toBe("since 3 Nov");
  });
});

describe("figures", () => {
  it("have separators, a number that agrees, and a fitting unit", () => {
    expect(counted(1, "contact")).toBe("1 contact");
    expect(counted(1_204_331, "contact")).toBe("1,204,331 contacts");
    expect(duration(38)).toBe("38 ms");
    expect(duration(4200)).toBe("4.2 s");
    expect(duration(185_000)).toBe("3 min 5 s");
    expect(duration(7_800_000)).toBe("2 h 10 min");
    expect(size(2_400_000)).toBe("2.4 MB");
  });
});
