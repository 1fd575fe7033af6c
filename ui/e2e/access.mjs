/** What axe finds on every screen, in both themes; and what does not fit into a small window or at twice the
 *  size of text. */
import { readFileSync } from "node:fs";

import { until } from "./driver.mjs";
import { enter, leave } from "./screen-list.mjs";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** Once nothing moves or changes its colour any more; what never ends is not waited for. */
const SETTLED = `
  const ends = document.getAnimations().map((animation) => animation.finished.catch(() => undefined));
  const patience = new Promise((end) => setTimeout(end, 600));
  setTimeout(() => Promise.race([Promise.all(ends), patience]).then(() => done()), 100);
`;

/** Lines for what is wider than its place: the page, the screen, a dialog. */
const TOO_WIDE = `
  return [document.documentElement, ...document.querySelectorAll("main, [role=dialog], [role=alertdialog]")]
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => (element.getAttribute("role") ?? element.tagName.toLowerCase()) + " is " + (element.scrollWidth - element.clientWidth) + " pixels too wide");
`;

/** Lines for text of which a part cannot be seen: what holds it hides what goes over its edge. Where an ellipsis says
 *  so and the whole is named elsewhere (as a tip, or for a screen reader), nothing is lost; what scrolls can be reached. */
const CLIPPED = `
  const hides = (way) => way === "hidden" || way === "clip";
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && tidy(node.data) !== "");
  const isForEars = (element) => element.clientWidth <= 1 || element.clientHeight <= 1;
  const isTold = (element, style) =>
    style.textOverflow === "ellipsis" &&
    (element.hasAttribute("aria-label") || [element, ...parents(element), ...element.querySelectorAll("[title]")].some(({ title }) => title !== ""));
  const parents = (element) => {
    const all = [];
    for (let each = element.parentElement; each !== null && all.length < 3; each = each.parentElement) all.push(each);
    return all;
  };
  const lost = [];
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest("svg, canvas, .uplot") || !isShown(element) || isForEars(element)) continue;
    const style = getComputedStyle(element);
    if (hides(style.overflowX) || hides(style.overflowY)) {
      const wide = hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
      const high = hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1;
      const isText = hasText(element) || [...element.querySelectorAll("*")].some((each) => hasText(each) && isShown(each) && !isForEars(each) && goesOver(each, element));
      if ((wide || high) && isText && !isTold(element, style)) {
        lost.push("“" + tidy(element.innerText).slice(0, 40) + "” is cut off " + (wide ? "at the side" : "below"));
      }
    }
  }
  function goesOver(inner, outer) {
    const range = document.createRange();
    range.selectNodeContents(inner);
    const [text, box] = [range.getBoundingClientRect(), outer.getBoundingClientRect()];
    return text.right > box.right + 1 || text.bottom > box.bottom + 1 || text.left < box.left - 1 || text.top < box.top - 1;
  }
  return lost;
`;

/** Puts a theme or a size of text in force, as the preferences do. */
export const dress = {
  theme: (app, theme) => app.run("document.documentElement.dataset.theme = arguments[0]", theme),
  text: (app, percent) => app.run("document.documentElement.style.fontSize = arguments[0] + '%'", percent),
};

export function settle(app) {
  return app.wait(SETTLED);
}

/** News that fades away has no colours to measure, and covers what is below it. */
export function untilNoNews(app) {
  return until("no news is shown", () => app.run("return document.querySelector('[class*=_toast_]') === null"));
}

/** One line for each thing that axe finds. */
export async function findings(app, screens) {
  const found = [];
  await untilNoNews(app);
  for (const theme of ["light", "dark"]) {
    await dress.theme(app, theme);
    for (const screen of screens) {
      await enter(app, screen);
      await settle(app);
      await app.run(`if (!window.axe) { ${AXE} }`);
      const result = await app.wait(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => done(violations.map(({ id, nodes }) => id + ': ' + nodes[0].html)))",
      );
      found.push(...result.map((line) => `${screen.name} (${theme}): ${line}`));
      await leave(app, screen);
    }
  }
  await dress.theme(app, "light");
  return found;
}

/** One line for each thing that is too wide for the window, or cut off, at a size of text. */
export async function misfits(app, screens, percent) {
  const found = [];
  await dress.text(app, percent);
  for (const screen of screens) {
    await enter(app, screen);
    await settle(app);
    const lines = [...(await app.run(TOO_WIDE)), ...(await app.run(CLIPPED))];
    found.push(...lines.map((line) => `${screen.name} (${percent}%): ${line}`));
    await leave(app, screen);
  }
  await dress.text(app, 100);
  return found;
}
