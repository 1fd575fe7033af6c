/** The state of the fake backend, and how its commands answer. */
import type { AppInfo, ConnectionRow, DataSet, ErrorReport, PlatformView, Preferences, ReportingView, Result, RunProgress, Tag } from "../ipc/types";
import type { Backend } from "../ipc/backend";
import { agencies } from "./agencies";
import type { Agency } from "./people";
import type { Ticks } from "./ticks";

type Events = Backend["events"];
type Payload<K extends keyof Events> = Parameters<Parameters<Events[K]["listen"]>[0]>[0]["payload"];

export type WorldOptions = {
  ticks: Ticks;
  /** The most contacts that a connection has. */
  largest: number;
  /** Nothing is connected yet. */
  empty?: boolean;
  dataSet?: DataSet;
  theme?: Preferences["theme"];
  textSize?: number;
};

export class World {
  readonly ticks: Ticks;
  readonly runs = new Map<string, RunProgress & { stop: () => void }>();
  rows: ConnectionRow[];
  info: AppInfo;
  preferences: Preferences;
  /** Connections that were ended, with their contacts. */
  ended: ConnectionRow[] = [];
  reporting: ReportingView = { alertWebhook: null, otlpEndpoint: null, notPosted: null };
  platform: PlatformView = { url: "https://api.nurturehub.example/", tokenStored: true };
  listening = true;
  /** Settles the sign-in that waits for the browser. */
  signIn: ((outcome: "done" | "cancelled") => void) | null = null;
  private readonly kept: Record<DataSet, ConnectionRow[]>;
  private readonly keptEnded: Record<DataSet, ConnectionRow[]> = { real: [], sandbox: [] };
  private readonly listeners = new Map<keyof Events, Set<(event: { payload: never }) => void>>();

  constructor({ ticks, largest, empty = false, dataSet = "real", theme = "system", textSize = 100 }: WorldOptions) {
    this.ticks = ticks;
    this.rows = empty ? [] : agencies(largest);
    this.kept = { real: [], sandbox: [], [dataSet]: this.rows };
    this.info = { version: "0.1.0", dataSet, dataFolder: folderOf(dataSet), vault: "the system’s keychain", firstStart: empty };
    this.preferences = { theme, textSize, notifications: true, stayInTray: true, otlpEndpoint: null };
  }

  row(id: string): ConnectionRow | undefined {
    return [...this.rows, ...this.ended].find(({ connection }) => connection.id === id);
  }

  /** Changes a connection, and tells of it. */
  change(id: string, part: (row: ConnectionRow) => Partial<ConnectionRow>, tags: Tag[] = ["connections"]): ConnectionRow | undefined {
    this.rows = this.rows.map((row) => (row.connection.id === id ? { ...row, ...part(row) } : row));
    this.emit("dataChanged", { tags, connection: id });
    return this.row(id);
  }

  open(dataSet: DataSet): void {
    this.kept[this.info.dataSet] = this.rows;
    this.rows = this.kept[dataSet];
    this.keptEnded[this.info.dataSet] = this.ended;
    this.ended = this.keptEnded[dataSet];
    this.info = { ...this.info, dataSet, dataFolder: folderOf(dataSet), firstStart: false };
  }

  agency(row: ConnectionRow): Agency {
    const { id, provider } = row.connection;
    const seed = Array.from(id).reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) >>> 0;
    return { provider, connection: id, seed, contacts: row.contacts, pending: row.pending, now: this.ticks.now() };
  }

  emit<K extends keyof Events>(name: K, payload: Payload<K>): void {
    for (const listener of this.listeners.get(name) ?? []) (listener as (event: { payload: Payload<K> }) => void)({ payload });
  }

  listener<K extends keyof Events>(name: K): Events[K] {
    const listen = (handler: (event: { payload: never }) => void) => {
      const all = this.listeners.get(name) ?? new Set();
      this.listeners.set(name, all.add(handler));
      return Promise.resolve(() => void all.delete(handler));
    };
    return { listen };
  }
}

function folderOf(dataSet: DataSet): string {
  const home = "/home/alex/.local/share/nurturehub-connect";
  return dataSet === "sandbox" ? `${home}/sandbox` : home;
}

export function ok<T>(data: T): Promise<Result<T>> {
  return Promise.resolve({ status: "ok", data });
}

export function failed<T>(error: ErrorReport): Promise<Result<T>> {
  return Promise.resolve({ status: "error", error });
}

export function report(kind: ErrorReport["kind"], title: string, message: string, remedy: string): ErrorReport {
  return { kind, title, message, remedy, owner: "agency", retryable: false, detail: {} };
}

export const NO_CONNECTION = report("configuration", "A setting is not right", "There is no such connection.", "Choose one from the overview.");
