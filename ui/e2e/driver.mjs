/** WebDriver by plain fetch: one session of the app, and elements found by role and name. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

import { PAGE_SIDE } from "./page.mjs";

const PATIENCE = 30_000;

/** A port that nobody has now. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** The running WebKitWebDriver. */
export async function startDriver() {
  const port = await freePort();
  const child = spawn("WebKitWebDriver", ["--host=127.0.0.1", `--port=${port}`], { stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${port}`;
  await until("WebKitWebDriver answers", async () => (await fetch(`${url}/status`).catch(() => null))?.ok);
  return { url, stop: () => child.kill("SIGKILL") };
}

/** Waits for something to be true; what it comes to is the answer. */
export async function until(what, test, patience = PATIENCE) {
  const end = Date.now() + patience;
  let last;
  for (;;) {
    try {
      const found = await test();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited in vain: ${what}${last ? ` (${last.message})` : ""}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

export class App {
  #url;
  #session;

  constructor(url, session) {
    this.#url = url;
    this.#session = session;
  }

  /** Starts the app and waits for its first screen; `early` is run in the page before it is looked at. */
  static async start(driver, binary, args = [], early = "") {
    const answer = await call(`${driver.url}/session`, "POST", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary, args } } },
    });
    const app = new App(driver.url, answer.sessionId);
    await until("the first screen", () => app.run(`${early}\nreturn document.querySelector('h1') !== null`));
    return app;
  }

  #command(method, path, body) {
    return call(`${this.#url}/session/${this.#session}${path}`, method, body);
  }

  /** Ends the app. */
  async stop() {
    await this.#command("DELETE", "");
  }

  /** Runs a script in the page, with `find` and `name` at hand. */
  run(script, ...args) {
    return this.#command("POST", "/execute/sync", { script: `${PAGE_SIDE}\n${script}`, args });
  }

  /** Runs a script that calls `done` with its answer. */
  wait(script) {
    return this.#command("POST", "/execute/async", { script: `const done = arguments[0]; ${script}`, args: [] });
  }

  /** An element by its role and accessible name: a text that it equals, or a pattern as text. */
  find(role, name, options = {}) {
    const { patience, within = null } = options;
    return until(
      `${role} "${name}"`,
      () => this.run("return find(arguments[0], arguments[1], arguments[2])", role, asPattern(name), within && asPattern(within)),
      patience,
    );
  }

  /** Whether there is such an element now. */
  has(role, name) {
    return this.run("return find(arguments[0], arguments[1], null) !== null", role, asPattern(name));
  }

  /** A press of the pointer in the middle of an element that nothing covers. */
  async click(role, name, options) {
    await until(`a click on ${role} "${name}"`, async () => {
      const element = await this.find(role, name, { ...options, patience: 1000 });
      const place = await this.run("return middle(arguments[0])", element);
      if (place === null) return false;
      const press = [
        { type: "pointerMove", duration: 0, origin: "viewport", ...place },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      await this.#command("POST", "/actions", { actions: [{ type: "pointer", id: "mouse", actions: press }] });
      return true;
    }, options?.patience);
  }

  /** What stands in a box for text. */
  async valueOf(name) {
    return this.run("return arguments[0].value", await this.find("textbox", name));
  }

  async type(name, text) {
    const element = await this.find("textbox", name);
    const id = Object.values(element)[0];
    await this.#command("POST", `/element/${id}/clear`, {});
    await this.#command("POST", `/element/${id}/value`, { text });
  }

  /** Presses keys where the focus is. */
  async press(...keys) {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = keys.toReversed().map((value) => ({ type: "keyUp", value }));
    await this.#command("POST", "/actions", { actions: [{ type: "key", id: "keys", actions: [...down, ...up] }] });
  }

  /** Waits for a text anywhere on the page. */
  sees(text, patience) {
    return until(`the text "${text}"`, () => this.run("return sees(arguments[0])", asPattern(text)), patience);
  }

  /** Waits until a text is nowhere on the page. */
  seesNoMore(text, patience) {
    return until(`no text "${text}"`, async () => !(await this.run("return sees(arguments[0])", asPattern(text))), patience);
  }

  /** Goes to a screen by its address. */
  go(hash) {
    return this.run("location.hash = arguments[0]", hash);
  }

  /** What is on the page, for a failure's message. */
  text() {
    return this.run("return document.body.innerText");
  }

  /** A picture of the window, once what was drawn last is on it. */
  async picture() {
    await this.#command("POST", "/execute/async", {
      script: "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100)))",
      args: [],
    });
    return Buffer.from(await this.#command("GET", "/screenshot"), "base64");
  }
}

function asPattern(name) {
  return name instanceof RegExp ? { pattern: name.source } : { text: name };
}

async function call(url, method, body) {
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(url, { method, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${url.replace(/.*session\/[^/]*/, "")}: ${value.error}: ${value.message}`);
  return value;
}
