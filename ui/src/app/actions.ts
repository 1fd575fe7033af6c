/** What a person can start from anywhere: it goes on when the screen changes, and says how it ended. */
import { useQueryClient } from "@tanstack/react-query";
import { use, useMemo } from "react";

import { useBackend, type Backend } from "../ipc/backend";
import type { DataSet, Preferences, PushReport, SyncOptions, SyncReport, VerifyReport } from "../ipc/types";
import { connectionOf, invalidateAfter, send, type Answer, type Arguments, type CommandName } from "../ipc/cache";
import { reportOf } from "../ipc/failure";
import { LiveContext } from "../ipc/live";
import { count, counted } from "../kit/figures";
import { tell, tellError } from "../kit/Toasts";
import { ExportContext } from "../support/exporting";
import { OpenedContext } from "../support/opened";
import { go, to } from "./route";

/** The last change of the preferences, which may be under way. */
const changing = new WeakMap<Backend, Promise<void>>();

type Named = { id: string; name: string };

/** Sends commands, keeps the cache true to them and tells what went wrong. */
export function useActions() {
  const backend = useBackend();
  const cache = useQueryClient();
  const live = use(LiveContext);
  const askExport = use(ExportContext);
  const { show: showBundle } = use(OpenedContext);
  return useMemo(() => {
    /** Does it; an error is thrown. */
    async function attempt<K extends CommandName>(name: K, ...args: Arguments<K>): Promise<Answer<K>> {
      try {
        return await send(backend, name, args);
      } finally {
        if (name === "openDataSet") live.clear();
        if (name === "connect" || name === "reauthorize") live.noteSignIn(null);
        await invalidateAfter(cache, name, args);
      }
    }
    /** Does it; an error is told, and answered with none. */
    async function perform<K extends CommandName>(name: K, ...args: Arguments<K>): Promise<Answer<K> | undefined> {
      try {
        return await attempt(name, ...args);
      } catch (error) {
        tellFailure(error, connectionOf(name, args));
        return undefined;
      }
    }
    function tellFailure(error: unknown, connection: string | null): void {
      const report = reportOf(error);
      if (report.kind !== "cancelled") tellError(report, bundleFor(connection));
    }
    function bundleFor(connection: string | null) {
      if (connection === null) return undefined;
      return { label: "Export bundle", run: () => exportBundle(connection, null) };
    }
    /** Opens the list of what a bundle would hold; it is saved from there. */
    function exportBundle(connection: string, run: string | null): void {
      askExport({ connection, run });
    }
    /** Checks a connection, step by step; an error is thrown. */
    async function check(connection: string): Promise<VerifyReport> {
      live.beginSteps(connection);
      return attempt("verify", connection);
    }
    /** Changes a part of what the person chose about the app; an error is thrown. */
    function keepPreference(part: Partial<Preferences>): Promise<void> {
      const change = async () => {
        const preferences = await attempt("preferences");
        await attempt("setPreferences", { ...preferences, ...part });
      };
      // One after the other: all are kept as one, and a change must not be made over what was before another.
      const changed = (changing.get(backend) ?? Promise.resolve()).then(change);
      changing.set(backend, changed.catch(() => undefined));
      return changed;
    }
    return {
      attempt,
      perform,
      exportBundle,
      check,
      forgetCheck: (connection: string) => live.forgetSteps(connection),
      /** Changes a part of what the person chose about the app; an error is told. */
      setPreference: (part: Partial<Preferences>): Promise<void> => keepPreference(part).catch((error: unknown) => tellFailure(error, null)),
      keepPreference,
      /** Asks for a bundle from elsewhere, and shows it. */
      async openBundle(): Promise<void> {
        const opened = await perform("openBundle");
        if (opened === undefined || opened === null) return;
        showBundle(opened);
        go(to.support);
      },
      /** Opens the sandbox or the person’s own data; answers whether they are open. */
      async openData(dataSet: DataSet): Promise<boolean> {
        const opened = (await perform("openDataSet", dataSet)) !== undefined;
        if (opened) go(to.overview);
        return opened;
      },
      async sync({ id, name }: Named, options: Partial<SyncOptions> = {}): Promise<void> {
        const report = await perform("sync", id, { full: false, confirmRemovals: false, ...options });
        if (report) tellSync(name, id, report);
      },
      /** `quiet` where the screen itself shows how it went. */
      async verify({ id, name }: Named, { quiet = false } = {}): Promise<void> {
        live.beginSteps(id);
        try {
          const { ok, steps } = await check(id);
          if (quiet) return;
          if (ok) tell({ title: `${name}: every check passed`, tone: "ok", icon: "healthy" });
          const failed = steps.find((step) => step.status === "failed");
          if (failed?.error) tellError(failed.error, bundleFor(id));
        } catch (error) {
          tellFailure(error, id);
        }
      },
      async push({ id, name }: Named, only: string[]): Promise<PushReport | undefined> {
        const report = await perform("push", id, only);
        if (report) tellPush(name, id, report);
        return report;
      },
    };
  }, [backend, cache, live, askExport, showBundle]);
}

export type Actions = ReturnType<typeof useActions>;

function tellSync(name: string, id: string, report: SyncReport): void {
  const changed = report.created + report.updated + report.removed;
  const text =
    report.inDoubt?.message ??
    (report.rejected > 0
      ? `${counted(report.rejected, "record")} could not be read; the rest is in.`
      : changed === 0
        ? "Nothing has changed since the last sync."
        : `${count(report.created)} new, ${count(report.updated)} changed, ${count(report.removed)} gone.`);
  const isWhole = report.status === "succeeded";
  tell({
    title: isWhole ? `${name}: synced` : `${name}: synced in part`,
    text,
    tone: isWhole ? "ok" : "warn",
    icon: isWhole ? "healthy" : "warning",
    ...(changed > 0 ? { action: { label: "See the changes", run: () => go(to.connection(id, "changes")) } } : {}),
  });
}

function tellPush(name: string, id: string, report: PushReport): void {
  const isWhole = report.rejected === 0;
  tell({
    title: isWhole
      ? `${name}: ${counted(report.sent, "record")} sent`
      : `${name}: ${counted(report.rejected, "record")} refused`,
    text: isWhole
      ? "NurtureHub accepted all of them."
      : `${count(report.accepted + report.unchanged)} of ${count(report.sent)} were accepted. Each refused one says why.`,
    tone: isWhole ? "ok" : "warn",
    icon: isWhole ? "healthy" : "warning",
    ...(isWhole ? {} : { action: { label: "See refused records", run: () => go(to.connection(id, "changes", "blocked")) } }),
  });
}
