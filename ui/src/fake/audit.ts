/** Who did what and when. */
import type { Backend } from "../ipc/backend";
import type { AuditLine, Json } from "../ipc/types";
import { ago } from "./agencies";
import { ok, type World } from "./world";

type Commands = Backend["commands"];

const HOUR = 3_600_000;

const DEEDS: [action: string, detail: Json][] = [
  ["syncStarted", { runId: "run", full: false }],
  ["pushed", { sent: 1204, accepted: 1198, rejected: 6 }],
  ["verified", { runId: "run", ok: true }],
  ["scheduled", { everyMinutes: 60 }],
  ["reauthorized", { settings: ["baseUrl"], secrets: ["apiKey"], signedIn: false }],
  ["paused", {}],
  ["resumed", {}],
];

export function auditCommands(world: World): Pick<Commands, "auditLog" | "exportAudit"> {
  const log = (): AuditLine[] =>
    world.rows.flatMap(({ connection }, row) =>
      DEEDS.map(([action, detail], index) => ({
        at: ago((index * world.rows.length + row) * 5 * HOUR),
        actor: index % 3 === 0 ? "alex" : "sam",
        action,
        connection: connection.id,
        detail,
      })),
    );
  return {
    auditLog: (connection, limit, offset) => {
      const entries = log()
        .filter((entry) => connection === null || entry.connection === connection)
        .sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
      return ok({ total: entries.length, entries: entries.slice(offset, offset + limit) });
    },
    exportAudit: (connection, format) => ok(`/home/alex/Documents/nurturehub-audit${connection === null ? "" : `-${connection}`}.${format}`),
  };
}
