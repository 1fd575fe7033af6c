/** News from the shell: what has changed, and how far runs have come. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useState, useSyncExternalStore } from "react";

import { useBackend, type Backend } from "./backend";
import type { RunProgress, SignInPrompt, Unlisten, VerifyStep } from "./types";
import { invalidate, send } from "./cache";

/** What is under way, by connection. It outlives screens, so that progress does, too. */
export class Live {
  private runs = new Map<string, RunProgress>();
  private steps = new Map<string, VerifyStep[]>();
  private prompt: SignInPrompt | null = null;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  run(connection: string): RunProgress | undefined {
    return this.runs.get(connection);
  }

  stepsOf(connection: string): VerifyStep[] | undefined {
    return this.steps.get(connection);
  }

  /** Where the browser was sent for the sign-in that waits. */
  signIn(): SignInPrompt | null {
    return this.prompt;
  }

  /** The browser was sent somewhere, or nothing waits for it any more. */
  noteSignIn(prompt: SignInPrompt | null): void {
    this.prompt = prompt;
    this.tell();
  }

  /** A run has come so far, or has ended. */
  noteRun(progress: RunProgress): void {
    this.runs = new Map(this.runs);
    if (progress.phase === "ended") this.runs.delete(progress.connection);
    else this.runs.set(progress.connection, progress);
    this.tell();
  }

  /** A verification begins: what an earlier one found is past. */
  beginSteps(connection: string): void {
    this.steps = new Map(this.steps).set(connection, []);
    this.tell();
  }

  /** Nobody wants to see the last verification any more. */
  forgetSteps(connection: string): void {
    this.steps = new Map(this.steps);
    this.steps.delete(connection);
    this.tell();
  }

  /** Other data are open: nothing that was under way belongs to them. */
  clear(): void {
    this.runs = new Map();
    this.steps = new Map();
    this.tell();
  }

  noteStep(connection: string, step: VerifyStep): void {
    this.steps = new Map(this.steps).set(connection, [...(this.steps.get(connection) ?? []), step]);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const LiveContext = createContext<Live>(new Live());

/** How far the run of a connection has come, where one is under way. */
export function useRun(connection: string): RunProgress | undefined {
  const live = use(LiveContext);
  return useSyncExternalStore(live.subscribe, () => live.run(connection));
}

/** The steps of the verification that is under way, or was the last in this window. */
export function useSteps(connection: string): VerifyStep[] | undefined {
  const live = use(LiveContext);
  return useSyncExternalStore(live.subscribe, () => live.stepsOf(connection));
}

/** Where the browser was sent, while a sign-in waits for it. */
export function useSignInPrompt(): SignInPrompt | null {
  const live = use(LiveContext);
  return useSyncExternalStore(live.subscribe, () => live.signIn());
}

/** Listens to the shell for as long as the app is open. Mount it once. */
export function useNews(live: Live): void {
  const backend = useBackend();
  const cache = useQueryClient();
  useEffect(() => {
    const listening = listen(backend, cache, live);
    return () => {
      void listening.then((stops) => stops.forEach((stop) => stop()));
    };
  }, [backend, cache, live]);
}

/** Registers first and asks afterwards, so that nothing falls between. */
async function listen(backend: Backend, cache: QueryClient, live: Live): Promise<Unlisten[]> {
  const { events } = backend;
  const stops = await Promise.all([
    events.runProgress.listen(({ payload }) => live.noteRun(payload)),
    events.verifyProgress.listen(({ payload }) => live.noteStep(payload.connection, payload.step)),
    events.signInPrompt.listen(({ payload }) => live.noteSignIn(payload)),
    events.dataChanged.listen(({ payload }) => void invalidate(cache, payload.tags, payload.connection)),
  ]);
  // What was read before anybody listened may have changed since.
  void cache.invalidateQueries();
  try {
    for (const run of await send(backend, "running", [])) live.noteRun(run);
  } catch {
    // What runs shows itself with its next news.
  }
  return stops;
}

/** The time, a few times a minute, for screens that tell distances. */
export function useTicking(everyMs: number): number {
  const { now } = useBackend();
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), everyMs);
    return () => clearInterval(timer);
  }, [now, everyMs]);
  return time;
}

const whenOnline = (listener: () => void) => {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
};

/** Whether this computer has a network. */
export function useOnline(): boolean {
  return useSyncExternalStore(whenOnline, () => navigator.onLine);
}
