/** What the virtualizer is told of the element that scrolls: its size, and the place in the list. */
import { observeElementRect, type Rect, type Virtualizer } from "@tanstack/react-virtual";

import type { ScrollSpace } from "./scrollSpace";

type Instance = Virtualizer<HTMLDivElement, HTMLDivElement>;

/** How long after the last movement the scroll bar is put right. */
const REST_MS = 140;

/** Tells the room for rows: that of the element without the head, which covers its top. */
export function followSize(instance: Instance, head: number, report: (rect: Rect) => void, redraw: () => void) {
  return observeElementRect(instance, (rect) => {
    report({ width: rect.width, height: Math.max(0, rect.height - head) });
    redraw();
  });
}

/** Tells the place in the list, and keeps the scroll bar true to it. */
export function followOffset(
  instance: Instance,
  space: ScrollSpace,
  report: (offset: number, isScrolling: boolean) => void,
  redraw: () => void,
) {
  const element = instance.scrollElement;
  if (!element) return undefined;
  let byBar = false;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const putRight = () => {
    // A movement whose event is still on its way must not be lost.
    space.moved(element.scrollTop, byBar);
    const wanted = space.correction;
    if (wanted === null || byBar) return;
    const place = space.offset;
    element.scrollTop = wanted;
    space.put(element.scrollTop, place);
    redraw();
  };
  const onScroll = () => {
    space.moved(element.scrollTop, byBar);
    if (space.isStuck) putRight();
    report(space.offset, true);
    clearTimeout(rest);
    rest = setTimeout(() => {
      putRight();
      report(space.offset, false);
    }, REST_MS);
  };
  // A press on the element itself is a press on its scroll bar: everything else in it is a row.
  const onDown = (event: PointerEvent) => {
    byBar = event.target === element;
  };
  const onUp = () => {
    byBar = false;
  };
  element.addEventListener("scroll", onScroll, { passive: true });
  element.addEventListener("pointerdown", onDown);
  element.addEventListener("wheel", onUp, { passive: true });
  window.addEventListener("pointerup", onUp);
  report(space.offset, false);
  return () => {
    clearTimeout(rest);
    element.removeEventListener("scroll", onScroll);
    element.removeEventListener("pointerdown", onDown);
    element.removeEventListener("wheel", onUp);
    window.removeEventListener("pointerup", onUp);
  };
}
