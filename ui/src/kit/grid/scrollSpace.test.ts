import { describe, expect, it } from "vitest";

import { ScrollSpace } from "./scrollSpace";

const ROW = 40;

function millionRows() {
  const space = new ScrollSpace(8_000_000);
  space.measure(1_000_000 * ROW, 600);
  return space;
}

describe("a list that fits", () => {
  it("is scrolled as any element is", () => {
    const space = new ScrollSpace(8_000_000);
    space.measure(1000 * ROW, 600);
    space.moved(1234, false);
    expect(space.offset).toBe(1234);
    expect(space.shift).toBe(0);
    expect(space.correction).toBeNull();
  });
});

describe("a list of a million rows", () => {
  it("is no taller than an element can be", () => {
    expect(millionRows().height).toBe(8_000_000);
  });

  it("moves pixel by pixel with the wheel, so that no row is passed over", () => {
    const space = millionRows();
    space.moved(100, false);
    space.moved(220, false);
    expect(space.offset).toBe(220);
  });

  it("reaches its last row by the scroll bar", () => {
    const space = millionRows();
    space.moved(8_000_000 - 600, true);
    expect(space.offset).toBe(1_000_000 * ROW - 600);
  });

  it("reaches its middle by half the scroll bar", () => {
    const space = millionRows();
    space.moved((8_000_000 - 600) / 2, true);
    expect(space.offset).toBeCloseTo((1_000_000 * ROW - 600) / 2, 3);
  });

  it("puts the bar where it belongs after a rest, without moving a row", () => {
    const space = millionRows();
    for (let at = 500; at <= 5000; at += 500) space.moved(at, false);
    const before = space.offset;
    const wanted = space.correction;
    expect(wanted, "5,000 of 40 million is 1,000 of 8 million").toBeCloseTo(1000, 0);
    space.put(wanted ?? 0, before);
    expect(space.offset).toBe(before);
    expect(space.correction).toBeNull();
  });

  it("says when the element has come to its top and the list has not", () => {
    const space = millionRows();
    space.moved(4_000_000, true);
    space.put(300, space.offset);
    space.moved(0, false);
    expect(space.isStuck).toBe(true);
  });
});
