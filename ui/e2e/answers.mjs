/** All that the shell tells the window: the answer of every command that reads, as one text. */
const CONNECTIONS = ["reapit", "agentos", "alto", "street", "loop"].map((provider) => `${provider}-sandbox-agency`);

const EVERYBODY = { search: null, category: null, lifecycle: null, consent: null, change: null, withIssues: false, limit: 50, offset: 0 };

export async function everyAnswer(app) {
  const asked = [
    ["app_info", {}],
    ["preferences", {}],
    ["providers", {}],
    ["overview", {}],
    ["disconnected", {}],
    ["running", {}],
    ["platform", {}],
    ["audit_log", { connection: null, limit: 1000, offset: 0 }],
    ...["reapit", "agentos", "alto", "street", "loop"].map((provider) => ["connect_defaults", { provider }]),
    ...CONNECTIONS.flatMap((connection) => [
      ["connection", { connection }],
      ["runs", { connection, limit: 100, offset: 0 }],
      ["contacts", { connection, query: EVERYBODY }],
      ["preview", { connection, kind: null, limit: 50, offset: 0 }],
      ["activities", { connection, activityState: null, limit: 50, offset: 0 }],
      ["webhooks", { connection, limit: 50, offset: 0 }],
      ["verify", { connection }],
      ["prepare_bundle", { connection, runId: null }],
    ]),
  ];
  const answers = [];
  for (const [command, given] of asked) answers.push(await ask(app, command, given));
  for (const connection of CONNECTIONS) {
    const { contacts } = JSON.parse(await ask(app, "contacts", { connection, query: { ...EVERYBODY, limit: 1 } }));
    for (const { provenance } of contacts ?? []) answers.push(await ask(app, "contact", { connection, externalId: provenance.externalId }));
  }
  const runs = [...answers.join("").matchAll(/"runId":"([^"]+)"/g)].map(([, id]) => id);
  for (const runId of new Set(runs)) answers.push(await ask(app, "run", { runId }));
  return answers.join("\n");
}

/** What a command answers, or why it fails: both reach the window. */
export function ask(app, command, given) {
  return app.wait(
    `window.__TAURI_INTERNALS__.invoke(${JSON.stringify(command)}, ${JSON.stringify(given)})
       .then((answer) => done(JSON.stringify(answer)), (error) => done(JSON.stringify(error)))`,
  );
}
