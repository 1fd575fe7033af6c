/** The sandbox that runs in the app, by its control API. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The control API of the sandbox that serves this data folder. */
export function sandboxOf(home) {
  const { sandboxPort } = JSON.parse(readFileSync(join(home, "preferences.json"), "utf8"));
  const base = `http://127.0.0.1:${sandboxPort}/control`;
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
    truth: () => send("GET", "/truth"),
    limitNames: (limited) => send("POST", "/platform/names", { limited }),
    waitForWriteBack: (connection, activities) => send("POST", "/platform/activities", { connection, activities }),
    limits: (on) => send("POST", "/limits", { on }),
    /** A delivery as the CRM would send it: `{headers, body}`. */
    webhook: (provider, request) => send("POST", `/${provider}/webhook`, request),
  };
}
