/** Runs walks one after another over one data folder, and says how each went. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { App, startDriver, until } from "./driver.mjs";
import { Ear, EARLY } from "./ear.mjs";

const folder = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The app's own program: what is started may be another that becomes it. */
const program = process.env.NURTUREHUB_APP_PROCESS ?? process.env.NURTUREHUB_APP;

/** The number of the app's process, where it runs. */
export function appProcess() {
  return readdirSync("/proc").find((entry) => {
    try {
      return readlinkSync(`/proc/${entry}/exe`) === program;
    } catch {
      // No process, or one that has just ended.
      return false;
    }
  });
}

/** The data folder that is open now. */
export const dataFolder = () => process.env.NURTUREHUB_HOME;

function newHome() {
  return mkdtempSync(join(process.env.NURTUREHUB_THROWAWAY ?? "/tmp", "data-"));
}

/** What the person does in the browser from now on: `approve`, `deny` or `ignore`. */
export function decide(decision) {
  writeFileSync(process.env.NURTUREHUB_E2E_DECISION, decision);
}

/** What a walk needs: a data folder of its own, and the app over it. */
export class Trial {
  constructor(driver, home, ear = null) {
    this.driver = driver;
    this.home = home;
    /** What hears all that the window is told, where somebody wants to know. */
    this.ear = ear;
  }

  static async begin(ear) {
    const home = newHome();
    process.env.NURTUREHUB_HOME = home;
    process.env.NURTUREHUB_E2E_DECISION = join(home, "decision");
    process.env.BROWSER = `${process.execPath} ${folder("browser.mjs")} %s`;
    return new Trial(await startDriver(), home, ear);
  }

  /** Ends the app and opens it over another data folder, as on another computer: a new one, where none is named. */
  async openElsewhere(home = newHome(), ...args) {
    await this.close();
    // The app has its variables from the driver, and the driver from here when it starts.
    this.driver.stop();
    this.home = home;
    process.env.NURTUREHUB_HOME = home;
    this.driver = await startDriver();
    return this.open(...args);
  }

  /** Where the browser was sent since the walks began, the first first. */
  visits() {
    const file = `${process.env.NURTUREHUB_E2E_DECISION}.visits`;
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  async open(...args) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.app = await App.start(this.driver, process.env.NURTUREHUB_APP, args, this.ear ? EARLY : "");
        return this.app;
      } catch (error) {
        // The bus may still know the instance that has just ended: then the new one ends, too, and the
        // driver waits for it in vain.
        if (attempt === 3) throw error;
        this.driver.stop();
        this.driver = await startDriver();
      }
    }
  }

  /** Takes what the window was told so far: it goes with the window. */
  async hearOut() {
    await this.ear?.gather(this.app, this.home);
  }

  async close() {
    if (!this.app) return;
    await this.hearOut();
    await this.app.stop();
    this.app = undefined;
    // It closes its database first; a second instance that finds it still there would end at once.
    await until("the app has ended", () => appProcess() === undefined);
  }

  /** Ends the app in order, as the system does at the end of a session, or as this does. */
  async quit(how = () => process.kill(Number(appProcess()), "SIGTERM")) {
    await this.hearOut();
    this.app = undefined;
    await how();
    await until("the app has ended", () => appProcess() === undefined);
    this.driver.stop();
    this.driver = await startDriver();
  }

  async end() {
    await this.close().catch(() => undefined);
    this.driver.stop();
  }
}

/** Runs the walks in order; the first that fails ends them, with a picture and the page's text. `listening`: all
 *  that the window is told is heard. */
export async function runAll(walks, { listening = false } = {}) {
  const trial = await Trial.begin(listening ? new Ear() : null);
  let failed = 0;
  for (const [title, walk] of walks) {
    const begun = performance.now();
    try {
      await walk(trial);
      console.log(`  passed  ${title} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`  FAILED  ${title}\n${error.stack}`);
      await report(trial, title).catch((second) => console.log(`no picture: ${second.message}`));
      break;
    }
  }
  await trial.end();
  process.exitCode = failed === 0 ? 0 : 1;
}

async function report({ app }, title) {
  if (!app) return;
  const out = process.env.NURTUREHUB_SCREENSHOTS ?? "/tmp";
  mkdirSync(out, { recursive: true });
  const file = join(out, `failed-${title.replace(/\W+/g, "-")}.png`);
  console.log(await app.text());
  writeFileSync(file, await app.picture());
  console.log(`picture: ${file}`);
}
