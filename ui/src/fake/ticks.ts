/** Time of the fake backend: its own, so that pictures and tests are the same each day. */

/** When everything in it happens: a Monday morning. */
export const MORNING = Date.parse("2026-11-23T10:42:00Z");

export type Ticks = {
  now: () => number;
  /** Calls back again and again until it is stopped. */
  every: (milliseconds: number, work: () => void) => () => void;
  /** Ends after so long. */
  after: (milliseconds: number) => Promise<void>;
};

/** For a browser: it passes as the real one does, from that morning on. */
export function passing(): Ticks {
  const began = performance.now();
  return {
    now: () => MORNING + performance.now() - began,
    every: (milliseconds, work) => {
      const timer = setInterval(work, milliseconds);
      return () => clearInterval(timer);
    },
    after: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
  };
}

/** For tests: it stands still, waits for nothing, and moves when it is told to. */
export function standing(): Ticks & { tick: (times?: number) => void } {
  const works = new Set<() => void>();
  return {
    now: () => MORNING,
    every: (_, work) => {
      works.add(work);
      return () => works.delete(work);
    },
    after: () => Promise.resolve(),
    tick: (times = 1) => {
      for (let time = 0; time < times; time += 1) for (const work of [...works]) work();
    },
  };
}
