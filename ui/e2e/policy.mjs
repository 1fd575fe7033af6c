/** What the page's content security policy forbids is blocked, and counted by the page itself. */
import assert from "node:assert/strict";

import { until } from "./driver.mjs";

/** How often something was tried that the policy forbids. */
export function violations(app) {
  return app.run("return window.cspViolations");
}

/** Tries what the policy forbids, so that a count of nothing means something; then the count begins anew. */
export async function tryTheForbidden(app) {
  const before = await violations(app);
  const outcome = await app.wait("fetch('https://example.com/').then(() => done('it went out'), () => done('it was blocked'))");
  assert.equal(outcome, "it was blocked");
  await until("the attempt is counted", async () => (await violations(app)) === before + 1);
  await app.run("window.cspViolations = arguments[0]", before);
}
