/** The sandbox that runs in the app, or beside it, by its control API. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { until } from "./driver.mjs";

/** The control API of the sandbox that serves this data folder. */
export function sandboxOf(home) {
  const { sandboxPort } = JSON.parse(readFileSync(join(home, "preferences.json"), "utf8"));
  return controlOf(`http://127.0.0.1:${sandboxPort}`);
}

/** A walk that fails must leave no process behind, and wait for none. */
export function endsWithUs(child) {
  child.unref();
  child.stdout.unref();
  process.on("exit", () => child.kill());
}

/** Has the command line serve a sandbox that the app knows nothing of: how it is reached, its control API, and
 *  the way to end it. */
export async function serveSandbox(contacts) {
  const child = spawn(process.env.NURTUREHUB_COMMAND_LINE, ["sandbox", "--contacts", String(contacts)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  endsWithUs(child);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  await until("the sandbox says how it is reached", () => said.includes("\n"));
  const access = JSON.parse(said);
  return { access, control: controlOf(new URL(access.platform.url).origin), end: () => child.kill("SIGTERM") };
}

function controlOf(origin) {
  const base = `${origin}/control`;
  const send = async (method, path, body) => {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return text === "" ? null : JSON.parse(text);
  };
  return {
    fault: (spec) => send("POST", "/faults", { spec }),
    /** Those that are on, in the order in which they were switched on: how many requests each has `seen` and `hit`. */
    faults: () => send("GET", "/faults"),
    heal: () => send("DELETE", "/faults"),
    access: (provider, change) => send("POST", `/${provider}/access`, change),
    mutate: (provider, mutation) => send("POST", `/${provider}/mutate`, mutation),
    latency: (milliseconds) => send("POST", "/latency", { milliseconds }),
    /** Every secret that opens something in the sandbox. */
    secrets: async () => {
      const { providers, platform } = await send("GET", "/describe");
      const all = Object.values(providers).flatMap(({ secrets }) => Object.values(secrets));
      return [...all, platform.token].filter((secret) => secret.length >= 8);
    },
    /** Every token that a sign-in was given since the start. */
    issued: async () => (await send("GET", "/issued")).tokens,
    /** The secrets that open a CRM, by key. */
    secretsOf: async (provider) => (await send("GET", "/describe")).providers[provider].secrets,
    /** The administrator of the agency on Street puts another token in the place of the old one. */
    replaceStreetToken: (token) => send("POST", "/street/token", { token }),
    /** Whose people sign in to Reapit from now on. */
    signInAs: (customer) => send("POST", "/reapit/sign-in-as", { customer }),
    truth: () => send("GET", "/truth"),
    limitNames: (limited) => send("POST", "/platform/names", { limited }),
    waitForWriteBack: (connection, activities) => send("POST", "/platform/activities", { connection, activities }),
    limits: (on) => send("POST", "/limits", { on }),
    /** A delivery as the CRM would send it: `{headers, body}`. */
    webhook: (provider, request) => send("POST", `/${provider}/webhook`, request),
  };
}
