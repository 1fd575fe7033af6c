/** A backend that simulates the desktop shell in memory: for development in a browser, for pictures
 *  and for tests. It has the same commands and events, and gives the same answers each time. */
import type { Backend } from "../ipc/backend";
import { auditCommands } from "./audit";
import { bundleCommands } from "./bundles";
import { exchangingCommands } from "./exchanging";
import { managingCommands } from "./managing";
import { readingCommands } from "./reading";
import { runCommands } from "./runs";
import { World, type WorldOptions } from "./world";

export function fakeBackend(options: WorldOptions): Backend {
  const world = new World(options);
  return {
    commands: {
      ...managingCommands(world),
      ...readingCommands(world),
      ...runCommands(world),
      ...exchangingCommands(world),
      ...bundleCommands(world),
      ...auditCommands(world),
    },
    events: {
      runProgress: world.listener("runProgress"),
      verifyProgress: world.listener("verifyProgress"),
      signInPrompt: world.listener("signInPrompt"),
      dataChanged: world.listener("dataChanged"),
    },
    now: options.ticks.now,
  };
}
