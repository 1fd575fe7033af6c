/** Pictures of every screen in both themes, over the fake backend: `npm run screenshots`.
 *
 * It builds the UI with the fake backend in it, serves that to a headless Chromium (`CHROMIUM` names
 * it, else the system's), and writes to ui/screenshots. On each picture axe looks for what somebody
 * could not see or use; what it finds fails the run. `npm run screenshots -- NAME` takes only those whose name holds NAME. */
import { mkdir } from "node:fs/promises";
import axe from "axe-core";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const FOLDER = new URL("../screenshots/", import.meta.url).pathname;
const wanted = process.argv[2] ?? "";

const id = "reapit-harcourt";
const button = (page, name) => page.getByRole("button", { name }).first().click();

/** Each: a name, an address, what is done there, and where it differs, the scene and the size. */
const SCENES = [
  { name: "first-start", scene: "empty" },
  { name: "sandbox", scene: "sandbox" },
  { name: "overview" },
  { name: "overview-1024x700", size: { width: 1024, height: 700 } },
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
  { name: "changes", at: `#/connection/${id}/changes/update` },
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
  {
    name: "error-toast",
    act: async (page) => {
      await button(page, "Sync Bright & Co");
      await page.getByText("The CRM is not working").first().waitFor();
      await page.waitForTimeout(1400);
    },
  },
  { name: "offline", offline: true },
  {
    name: "text-200",
    at: "#/settings",
    act: async (page) => {
      await button(page, "200%");
      await page.goto(page.url().replace("#/settings", "#/"));
      await page.waitForTimeout(300);
    },
  },
];

const outDir = `${FOLDER}.site`;
await build({ mode: "fake", logLevel: "warn", build: { outDir, emptyOutDir: true } });
const server = await preview({ mode: "fake", logLevel: "warn", build: { outDir }, preview: { port: 0 } });
const [base] = server.resolvedUrls.local;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
await mkdir(FOLDER, { recursive: true });
let troubles = 0;
try {
  for (const theme of ["light", "dark"]) {
    for (const scene of SCENES.filter(({ name }) => name.includes(wanted))) await take(scene, theme);
  }
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = troubles === 0 ? 0 : 1;

async function take({ name, scene, at = "#/", act, size = { width: 1280, height: 800 }, offline = false }, theme) {
  const context = await browser.newContext({ viewport: size, colorScheme: theme, locale: "en-GB", timezoneId: "Europe/London", reducedMotion: "reduce" });
  const page = await context.newPage();
  const complain = (what) => {
    troubles += 1;
    console.error(`${name} ${theme}: ${what}`);
  };
  page.on("pageerror", (error) => complain(error.message));
  page.on("console", (message) => message.type() === "error" && complain(message.text()));
  try {
    await page.goto(`${base}?scene=${scene ?? "full"}&theme=${theme}${at}`);
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
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => (await window.axe.run()).violations);
    for (const { id, nodes } of violations) complain(`${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  } catch (error) {
    complain(error.message.split("\n")[0]);
    await page.screenshot({ path: `${FOLDER}${name}-${theme}-trouble.png` }).catch(() => undefined);
  }
  await context.close();
}
