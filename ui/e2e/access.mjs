/** What axe finds on every screen, in both themes. */
import { readFileSync } from "node:fs";

import { until } from "./driver.mjs";
import { SCREENS } from "./screen-list.mjs";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** Once nothing moves or changes its colour any more; what never ends is not waited for. */
const SETTLED = `
  const ends = document.getAnimations().map((animation) => animation.finished.catch(() => undefined));
  const patience = new Promise((end) => setTimeout(end, 600));
  setTimeout(() => Promise.race([Promise.all(ends), patience]).then(() => done()), 100);
`;

/** One line for each thing that axe finds. */
export async function findings(app) {
  const found = [];
  // News that fades away has no colours to measure.
  await until("no news is shown", () => app.run("return document.querySelector('[class*=_toast_]') === null"));
  for (const theme of ["light", "dark"]) {
    await app.run("document.documentElement.dataset.theme = arguments[0]", theme);
    for (const { name, hash, ready } of SCREENS) {
      await app.go(hash);
      await ready(app);
      await app.run("document.documentElement.dataset.theme = arguments[0]", theme);
      await app.wait(SETTLED);
      await app.run(`if (!window.axe) { ${AXE} }`);
      const result = await app.wait(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => done(violations.map(({ id, nodes }) => id + ': ' + nodes[0].html)))",
      );
      found.push(...result.map((line) => `${name} (${theme}): ${line}`));
    }
  }
  return found;
}
