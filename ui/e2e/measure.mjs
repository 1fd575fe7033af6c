/**
 * What the app costs: the time to its first paint and to its first use, what it takes of memory when
 * nobody does anything, and the time from a key press to the filtered rows.
 *
 * The data folder is there already: `NURTUREHUB_HOME`, with one connection and `NURTUREHUB_CONTACTS`
 * contacts. Figures are printed, and written to the file `NURTUREHUB_FIGURES` for whoever keeps them.
 */
import { spawn } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

import { startDriver, until } from "./driver.mjs";
import { Trial } from "./trial.mjs";

const STARTS = Number(process.env.NURTUREHUB_STARTS ?? 5);

/** Typed letter by letter; each narrows the list. */
const WORDS = ["smith", "077009", "ann@e", "lane"];

/** How long the app is left alone before its memory is looked at. */
const REST_MS = 20_000;

/** A letter that changed nothing on the page after so long is not counted, but said. */
const LOST_MS = 10_000;

const app = process.env.NURTUREHUB_APP;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor(sorted.length / 2)];
}

/** When a process began, as Unix time in milliseconds, to a hundredth of a second. */
function begunAt(pid) {
  const boot = Number(/^btime (\d+)/m.exec(readFileSync("/proc/stat", "utf8"))[1]);
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  // `btime` is cut to whole seconds; the time since boot is not.
  const booted = Date.now() - uptime * 1000;
  return (Math.abs(booted - boot * 1000) < 2000 ? booted : boot * 1000) + ticks * 10;
}

function processes() {
  return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
}

function field(pid, file, pattern) {
  try {
    return pattern.exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1];
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** The process that runs a program, and all that it has begun, as numbers. */
function family(root) {
  const members = new Set([String(root)]);
  for (let grown = true; grown; ) {
    const before = members.size;
    for (const pid of processes()) {
      const parent = field(pid, "status", /^PPid:\s+(\d+)/m);
      if (parent && members.has(parent)) members.add(pid);
    }
    grown = members.size > before;
  }
  return [...members];
}

function pssMiB(pids) {
  const kib = pids.map((pid) => Number(field(pid, "smaps_rollup", /^Pss:\s+(\d+)/m) ?? 0));
  return kib.reduce((sum, each) => sum + each, 0) / 1024;
}

function pidOf(program) {
  return processes().find((pid) => field(pid, "cmdline", /^([^\0]*)/) === program);
}

/** One start: until the first paint, and until the overview can be used. */
async function start(trial) {
  const window = await trial.open();
  await until("the overview", () => window.run("return performance.getEntriesByName('interactive').length > 0"));
  const page = await window.run(
    `const paint = performance.getEntriesByName("first-contentful-paint")[0];
     const used = performance.getEntriesByName("interactive")[0];
     return { origin: performance.timeOrigin, paint: paint?.startTime ?? null, used: used?.startTime ?? null };`,
  );
  const begun = begunAt(pidOf(app));
  const since = (time) => (time === null ? null : page.origin + time - begun);
  return { firstPaintMs: since(page.paint), interactiveMs: since(page.used) };
}

/** The time from each letter to the frame in which its rows are there. */
async function keys(trial) {
  const window = trial.app;
  const id = await window.run("return document.querySelector('a[href*=\"#/connection/\"]').hash.split('/')[2]");
  await window.go(`#/connection/${id}/contacts`);
  await window.sees(/[\d,]+ contacts/);
  await window.run(`
    window.taps = [];
    const box = document.querySelector('input[type="search"]');
    const status = () => [...document.querySelectorAll('[role="status"]')].map((each) => each.textContent).join();
    box.addEventListener("input", () => {
      const begun = performance.now();
      const before = status();
      const look = () => {
        if (status() !== before) requestAnimationFrame(() => window.taps.push(performance.now() - begun));
        else if (performance.now() - begun > ${LOST_MS}) window.taps.push(null);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, true);
    box.focus();`);
  const taken = [];
  for (const word of WORDS) {
    for (const letter of word) {
      const before = await window.run("return window.taps.length");
      await window.press(letter);
      await until("rows", () => window.run("return window.taps.length > arguments[0]", before));
      taken.push({ text: letter, word, ms: await window.run("return window.taps.at(-1)") });
    }
    await window.run(`
      const box = document.querySelector('input[type="search"]');
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, "");
      box.dispatchEvent(new Event("input", { bubbles: true }));`);
    await pause(1500);
  }
  return taken;
}

/** What the app and all its processes hold, once it has been left alone. */
async function idle() {
  for (let attempt = 1; ; attempt += 1) {
    const child = spawn(app, [], { stdio: "ignore" });
    await pause(REST_MS);
    // The bus may still know the instance that has just ended: then the new one has ended, too.
    if (child.exitCode !== null && attempt < 3) continue;
    const members = family(child.pid);
    const held = { pssMiB: pssMiB(members), processes: members.length };
    child.kill("SIGTERM");
    await until("the app has ended", () => child.exitCode !== null || child.signalCode !== null);
    return held;
  }
}

const trial = new Trial(await startDriver(), process.env.NURTUREHUB_HOME);
const starts = [];
for (let round = 0; round < STARTS; round += 1) {
  starts.push(await start(trial));
  if (round + 1 < STARTS) await trial.close();
}
const taps = await keys(trial);
await trial.end();
const held = await idle();
const counted = taps.map((tap) => tap.ms).filter((ms) => ms !== null);
const ms = (time) => (time === null ? "unknown" : `${Math.round(time)} ms`);
const lost = taps.length - counted.length;
console.log(`start to first paint      ${ms(median(starts.map((each) => each.firstPaintMs)))}, median of ${STARTS}`);
console.log(`start to usable overview  ${ms(median(starts.map((each) => each.interactiveMs)))}`);
console.log(`key press to rows         ${ms(median(counted))}, worst ${ms(Math.max(...counted))}, ${taps.length} keys, ${lost} changed nothing`);
console.log(`idle memory               ${held.pssMiB.toFixed(1)} MiB (PSS of ${held.processes} processes)`);
for (const { word, text, ms: taken } of taps) console.log(`  "${text}" of "${word}": ${ms(taken)}`);
const figures = process.env.NURTUREHUB_FIGURES;
if (figures) writeFileSync(figures, JSON.stringify({ contacts: Number(process.env.NURTUREHUB_CONTACTS), starts, keys: taps, held }));
