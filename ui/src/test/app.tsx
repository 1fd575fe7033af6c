/** The whole app over the fake backend, as a test drives it. */
import { act, render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";

import { App } from "../app/App";
import { fakeBackend } from "../fake/backend";
import { standing } from "../fake/ticks";
import type { WorldOptions } from "../fake/world";
import type { Backend } from "../ipc/backend";
import { newCache } from "../ipc/cache";

type Options = Partial<Omit<WorldOptions, "ticks">> & {
  /** The address to start at. */
  at?: string;
  /** Commands that answer otherwise than the fake's. */
  commands?: Partial<Backend["commands"]>;
  /** Another fake than the one that these options describe. */
  backend?: Backend;
};

export type Opened = {
  user: UserEvent;
  /** Lets runs that are under way come so many steps further. */
  tick: (times?: number) => Promise<void>;
  backend: Backend;
};

export function openApp({ at = "#/", commands = {}, backend: given, ...world }: Options = {}): Opened {
  window.location.hash = at;
  const ticks = standing();
  const fake = given ?? fakeBackend({ ticks, largest: 2000, ...world });
  const backend: Backend = { ...fake, commands: { ...fake.commands, ...commands } };
  render(<App backend={backend} cache={newCache()} />);
  return {
    user: userEvent.setup(),
    backend,
    tick: (times = 1) =>
      act(async () => {
        ticks.tick(times);
        await Promise.resolve();
      }),
  };
}
