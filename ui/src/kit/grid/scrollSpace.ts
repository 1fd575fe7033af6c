/** A list that is longer than a browser can make an element.
 *
 * Engines cap an element's height at some 33 million pixels, which is fewer than a million rows
 * take. So the element is capped far below, and a place in it stands for a place in the list: small
 * movements go pixel by pixel, so that no row is passed over; the scroll bar goes by proportion, so
 * that it reaches everywhere; and when things come to rest the bar is put where it belongs.
 */

/** The tallest element that is made. */
const TALLEST = 8_000_000;

export class ScrollSpace {
  private size = 0;
  private viewport = 0;
  private physical = 0;
  private place = 0;
  private readonly tallest: number;

  constructor(tallest = TALLEST) {
    this.tallest = tallest;
  }

  /** Sets the list's height and that of the part which shows. */
  measure(size: number, viewport: number): void {
    this.size = size;
    this.viewport = viewport;
    this.place = Math.min(this.place, this.furthest);
  }

  /** The height to give the element. */
  get height(): number {
    return Math.min(this.size, this.tallest);
  }

  /** The place in the list at the top edge. */
  get offset(): number {
    return this.place;
  }

  /** What to take off a row's place in the list to have its place in the element. */
  get shift(): number {
    return this.place - this.physical;
  }

  private get furthest(): number {
    return Math.max(0, this.size - this.viewport);
  }

  private get lowest(): number {
    return Math.max(0, this.height - this.viewport);
  }

  private get isWhole(): boolean {
    return this.size <= this.tallest;
  }

  /** The element was scrolled to here; `byBar` where the person drags the scroll bar. */
  moved(to: number, byBar: boolean): void {
    const by = to - this.physical;
    this.physical = to;
    if (this.isWhole) {
      this.place = to;
      return;
    }
    const isStep = !byBar && Math.abs(by) < this.viewport * 2;
    const place = isStep ? this.place + by : (to / Math.max(1, this.lowest)) * this.furthest;
    this.place = Math.min(this.furthest, Math.max(0, place));
  }

  /** Where the element should be scrolled to, to show this place; take it by `put`. */
  physicalOf(place: number): number {
    if (this.isWhole) return place;
    return (Math.min(this.furthest, Math.max(0, place)) / Math.max(1, this.furthest)) * this.lowest;
  }

  /** The element stands here now, and shows this place. */
  put(physical: number, place: number): void {
    this.physical = physical;
    this.place = this.isWhole ? physical : Math.min(this.furthest, Math.max(0, place));
  }

  /** Where the bar belongs, if it is not there: after a rest, and at either end. */
  get correction(): number | null {
    const wanted = this.physicalOf(this.place);
    return Math.abs(wanted - this.physical) > 1 ? wanted : null;
  }

  /** Whether the element is at an end while the list is not: then the correction cannot wait. */
  get isStuck(): boolean {
    const atTop = this.physical <= 0 && this.place > 0;
    const atBottom = this.physical >= this.lowest - 1 && this.place < this.furthest;
    return !this.isWhole && (atTop || atBottom);
  }
}
