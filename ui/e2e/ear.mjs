/** Hears all that the shell tells the window, over a whole run: answers, refusals and events. What is a
 *  secret is learnt on the way: what opens the simulated CRMs, and every token that they have handed out. */
import { ask } from "./answers.mjs";
import { sandboxOf } from "./sandbox.mjs";

/** Runs in the page before anything else does, as often as one likes: whatever the shell says goes through one
 *  of its callbacks, and a command's answer is known by the numbers of its two. */
export const EARLY = `
  if (window.heard === undefined && window.__TAURI_INTERNALS__ !== undefined) {
    window.heard = [];
    const asked = new Map();
    const send = window.fetch;
    window.fetch = (address, options) => {
      const command = /^ipc:\\/\\/localhost\\/(.+)$/.exec(String(address))?.[1];
      if (command !== undefined) {
        for (const header of ["Tauri-Callback", "Tauri-Error"]) asked.set(options.headers.get(header), decodeURIComponent(command));
      }
      return send.call(window, address, options);
    };
    const { callbacks } = window.__TAURI_INTERNALS__;
    const callbackOf = callbacks.get.bind(callbacks);
    Object.defineProperty(callbacks, "get", {
      value: (id) => {
        const callback = callbackOf(id);
        return callback && ((data) => {
          window.heard.push({ from: asked.get(String(id)) ?? data?.event ?? "", text: JSON.stringify(data) ?? "" });
          return callback(data);
        });
      },
    });
  }
`;

export class Ear {
  /** What was heard: from which command or event, and what it was. */
  heard = [];
  /** How often something was tried that the policy of the page forbids, by each time that the app was open. */
  violations = [];
  #secrets = new Set();

  /** Takes what the page has heard, and learns what the sandbox keeps secret, before one of them goes. */
  async gather(app, home) {
    this.heard.push(...(await app.run("return window.heard.splice(0)")));
    this.violations.push(await app.run("return window.cspViolations"));
    const { dataSet } = JSON.parse(await ask(app, "app_info", {}));
    if (dataSet === "sandbox") await this.learn(sandboxOf(home));
  }

  /** Learns what a sandbox keeps secret. */
  async learn(sandbox) {
    for (const secret of [...(await sandbox.secrets()), ...(await sandbox.issued())]) this.#secrets.add(secret);
  }

  /** Learns a secret that a person has typed. */
  keep(secret) {
    this.#secrets.add(secret);
  }

  get secrets() {
    return [...this.#secrets];
  }

  /** Which commands and events told a secret; the secret itself is not repeated. */
  leaks() {
    const told = this.heard.filter(({ text }) => this.secrets.some((secret) => text.includes(secret)));
    return [...new Set(told.map(({ from }) => from))];
  }
}
