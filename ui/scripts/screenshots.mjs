/** Pictures of every screen in both themes, over the fake backend: `npm run screenshots`.
 *
 * It builds the UI with the fake backend in it, serves that to a headless Chromium (`CHROMIUM` names
 * it, else the system's) under the app's own content security policy, and writes to ui/screenshots.
 * On each picture axe looks for what somebody could not see or use; what it finds fails the run, as
 * does an error in the console or a page that scrolls sideways.
 *
 * `npm run screenshots -- NAME,NAME` takes only those whose name holds a NAME. `--small` takes them all in
 * the smallest window, `--large-text` at twice the size of text; both in folders of their own. */
import { mkdir } from "node:fs/promises";
import axe from "axe-core";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const ROOT = new URL("../screenshots/", import.meta.url).pathname;
const options = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const wanted = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? "";
const isSmall = options.includes("--small");
const isLarge = options.includes("--large-text");
const FOLDER = isSmall ? `${ROOT}small/` : isLarge ? `${ROOT}large-text/` : ROOT;
const USUAL = isSmall ? { width: 1024, height: 700 } : { width: 1280, height: 800 };
const THEMES = isSmall || isLarge ? ["light"] : ["light", "dark"];
/** As the desktop shell sets it; there is no shell here to connect to. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src ipc: http://ipc.localhost; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

const id = "reapit-harcourt";
const button = (page, name) => page.getByRole("button", { name }).first().click();

/** Connects a CRM, and looks at a part of what is connected and was never synced. */
async function fresh(page, tab = "health") {
  await page.goto(page.url().replace(/#.*/, "#/connect/street"));
  await page.getByLabel("Agency on NurtureHub").fill("new-agency");
  await page.getByLabel("Token", { exact: true }).fill("a token");
  await button(page, /^Connect$/);
  await page.getByRole("link", { name: "Later" }).click();
  await page.getByRole("tab", { name: new RegExp(`^${tab}`, "i") }).click();
}

/** Each: a name, an address, what is done there, and where it differs, the scene and the size. */
const SCENES = [
  { name: "first-start", scene: "empty" },
  { name: "sandbox", scene: "sandbox" },
  { name: "overview" },
  { name: "overview-1024x700", size: { width: 1024, height: 700 } },
  { name: "overview-end", act: (page) => page.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight)) },
  {
    name: "overview-running",
    act: async (page) => {
      await button(page, "Sync Harcourt & Vale");
      await button(page, "Sync Marlow Estates");
      await page.waitForTimeout(1500);
    },
  },
  { name: "palette", act: (page) => page.keyboard.press("Control+k") },
  { name: "shortcuts", act: (page) => page.keyboard.press("Control+/") },
  { name: "connect", at: "#/connect" },
  { name: "connect-form", at: "#/connect/reapit" },
  { name: "connect-street", scene: "sandbox", at: "#/connect/street" },
  {
    name: "connect-refused",
    at: "#/connect/street",
    act: async (page) => {
      await page.getByLabel("Agency on NurtureHub").fill("fenwick-2");
      await page.getByLabel("Token", { exact: true }).fill("wrong");
      await button(page, "Connect");
      await page.getByText("does not accept the credentials").waitFor();
    },
  },
  { name: "connect-invalid", at: "#/connect/alto", act: (page) => button(page, "Connect") },
  {
    name: "connect-browser",
    scene: "sandbox",
    at: "#/connect/reapit",
    act: async (page) => {
      await page.getByRole("combobox", { name: "Sign in as" }).click();
      await page.getByRole("option", { name: "browser" }).click();
      await button(page, /^Sign in$/);
      await page.getByRole("button", { name: "Copy link" }).waitFor();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "connect-check",
    scene: "sandbox",
    at: "#/connect/street",
    act: async (page) => {
      await button(page, /^Connect$/);
      await page.getByText("Run the first sync").waitFor();
      await page.waitForTimeout(2200);
    },
  },
  { name: "health", at: `#/connection/${id}/health` },
  { name: "health-failing", at: "#/connection/loop-bright/health" },
  { name: "health-sign-in", at: "#/connection/street-fenwick/health" },
  { name: "health-removals", at: "#/connection/alto-marlow/health/removals" },
  {
    name: "health-verify",
    at: "#/connection/street-fenwick/health",
    act: async (page) => {
      await button(page, /^Verify$/);
      await page.waitForTimeout(2200);
    },
  },
  { name: "run", at: `#/connection/${id}/health/${id}-sync-27` },
  { name: "run-failed", at: "#/connection/loop-bright/health/loop-bright-sync-27" },
  {
    name: "export",
    at: "#/connection/loop-bright/health",
    act: async (page) => {
      await button(page, "Export bundle");
      await page.getByRole("table", { name: "Contents of the bundle" }).waitFor();
    },
  },
  {
    name: "menu",
    at: `#/connection/${id}/health`,
    act: (page) => button(page, "More actions"),
  },
  {
    name: "select",
    at: `#/connection/${id}/contacts`,
    act: (page) => page.getByRole("combobox", { name: "Category" }).click(),
  },
  {
    name: "running",
    at: "#/connection/agentos-kingsway/health",
    act: async (page) => {
      await button(page, /^Sync$/);
      await page.waitForTimeout(1500);
    },
  },
  { name: "new", at: "#/connection/street-fenwick/health", act: fresh },
  { name: "new-contacts", at: "#/connection/street-fenwick/contacts", act: (page) => fresh(page, "contacts") },
  { name: "new-changes", at: "#/connection/street-fenwick/changes", act: (page) => fresh(page, "changes") },
  { name: "contacts", at: `#/connection/${id}/contacts` },
  {
    name: "contacts-search",
    at: `#/connection/${id}/contacts`,
    act: async (page) => {
      await page.getByRole("searchbox").fill("llewellyn");
      await page.waitForTimeout(1500);
    },
  },
  { name: "contact", at: `#/connection/${id}/contacts/C100240` },
  { name: "contact-raw", at: `#/connection/${id}/contacts/C102088`, act: (page) => button(page, "In the CRM") },
  { name: "contact-lineage", at: `#/connection/${id}/contacts/C102088`, act: (page) => button(page, "Where from") },
  { name: "contact-sent", at: `#/connection/${id}/contacts/C102088`, act: (page) => button(page, /^Sent$/) },
  {
    name: "contacts-nobody",
    at: `#/connection/reapit-vale/contacts`,
    act: async (page) => {
      await page.getByRole("searchbox").fill("nobody at all");
      await page.getByText("Nobody matches").waitFor();
    },
  },
  { name: "changes", at: `#/connection/${id}/changes/update` },
  {
    name: "changes-selected",
    at: `#/connection/${id}/changes/archive`,
    act: async (page) => {
      await button(page, "Select all 12");
      await page.getByRole("button", { name: "Push 12 selected" }).waitFor();
    },
  },
  { name: "changes-refused", at: `#/connection/${id}/changes/blocked` },
  { name: "changes-blocked", at: "#/connection/alto-marlow/changes/blocked" },
  { name: "changes-confirm", at: `#/connection/${id}/changes`, act: (page) => button(page, /^Push all/) },
  { name: "changes-none", at: "#/connection/agentos-kingsway/changes" },
  { name: "activity", at: `#/connection/${id}/activity` },
  { name: "activity-unsupported", at: "#/connection/agentos-kingsway/activity" },
  { name: "webhooks", at: `#/connection/${id}/webhooks` },
  { name: "webhook", at: `#/connection/${id}/webhooks`, act: (page) => page.getByRole("button", { name: "applicants.created" }).nth(1).click() },
  { name: "webhook-test", at: `#/connection/${id}/webhooks`, act: (page) => button(page, "Test a payload") },
  { name: "connection-settings", at: `#/connection/${id}/settings` },
  { name: "connection-credentials", at: "#/connection/street-fenwick/settings/credentials" },
  { name: "purge", at: "#/connection/street-fenwick/settings", act: (page) => button(page, "Delete…") },
  {
    name: "connection-settings-end",
    at: `#/connection/${id}/settings`,
    act: (page) => page.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight)),
  },
  { name: "broken", at: "#/connection/nobody/health" },
  { name: "support", at: "#/support" },
  {
    name: "support-bundle",
    at: "#/support",
    act: async (page) => {
      await button(page, "Open a bundle");
      await button(page, /^Replay/);
      await page.waitForTimeout(900);
    },
  },
  { name: "settings", at: "#/settings" },
  { name: "settings-end", at: "#/settings", act: (page) => page.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight)) },
  {
    name: "error-toast",
    act: async (page) => {
      await button(page, "Sync Bright & Co");
      await page.getByText("The CRM is not working").first().waitFor();
      await page.waitForTimeout(1400);
    },
  },
  { name: "offline", offline: true },
];

const outDir = `${ROOT}.site`;
await build({ mode: "fake", logLevel: "warn", build: { outDir, emptyOutDir: true } });
const server = await preview({ mode: "fake", logLevel: "warn", build: { outDir }, preview: { port: 0, headers: { "content-security-policy": POLICY } } });
const [base] = server.resolvedUrls.local;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
await mkdir(FOLDER, { recursive: true });
let troubles = 0;
try {
  for (const theme of THEMES) {
    for (const scene of SCENES.filter(({ name }) => wanted.split(",").some((part) => name.includes(part)))) await take(scene, theme);
  }
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = troubles === 0 ? 0 : 1;

async function take({ name, scene, at = "#/", act, size = USUAL, offline = false }, theme) {
  const context = await browser.newContext({ viewport: size, colorScheme: theme, locale: "en-GB", timezoneId: "Europe/London", reducedMotion: "reduce" });
  const page = await context.newPage();
  const complain = (what) => {
    troubles += 1;
    console.error(`${name} ${theme}: ${what}`);
  };
  page.on("pageerror", (error) => complain(error.message));
  page.on("console", (message) => message.type() === "error" && complain(message.text()));
  try {
    await page.goto(`${base}?scene=${scene ?? "full"}&theme=${theme}&text=${isLarge ? 200 : 100}${at}`);
    await page.locator("#page-title").waitFor();
    await page.waitForTimeout(350);
    if (offline) {
      await context.setOffline(true);
      await page.evaluate(() => window.dispatchEvent(new Event("offline")));
    }
    await act?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(250);
    await page.screenshot({ path: `${FOLDER}${name}-${theme}.png` });
    const wide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll("main, [role=dialog]")]
        .filter((element) => element.scrollWidth > element.clientWidth)
        .map((element) => `${element.tagName.toLowerCase()} is ${element.scrollWidth - element.clientWidth} pixels too wide`),
    );
    wide.forEach(complain);
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => (await window.axe.run()).violations);
    for (const { id, nodes } of violations) complain(`${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  } catch (error) {
    complain(error.message.split("\n")[0]);
    await page.screenshot({ path: `${FOLDER}${name}-${theme}-trouble.png` }).catch(() => undefined);
  }
  await context.close();
}
