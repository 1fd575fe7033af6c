/** Reading through the cache, and what makes a reading stale. */
import {
  QueryClient,
  keepPreviousData,
  queryOptions,
  useQuery,
  type QueryKey,
  type UseQueryResult,
} from "@tanstack/react-query";

import { useBackend, type Backend } from "./backend";
import { CACHE_TAGS } from "./bindings";
import type { Result, Tag } from "./types";
import { unwrap, type CommandFailure } from "./failure";

type Commands = Backend["commands"];
export type CommandName = keyof Commands;
export type Arguments<K extends CommandName> = Parameters<Commands[K]>;
export type Answer<K extends CommandName> = Extract<Awaited<ReturnType<Commands[K]>>, { status: "ok" }>["data"];

/** Sends a command. */
export function send<K extends CommandName>(backend: Backend, name: K, args: Arguments<K>): Promise<Answer<K>> {
  const command = backend.commands[name] as (...given: Arguments<K>) => Promise<Result<Answer<K>>>;
  return unwrap(command(...args));
}

/** How a command's answer is read through the cache. */
export function reading<K extends CommandName>(backend: Backend, name: K, args: Arguments<K>) {
  return queryOptions<Answer<K>, CommandFailure>({
    queryKey: [name, ...args],
    queryFn: () => send(backend, name, args),
  });
}

type ReadOptions = {
  /** Ask only where this holds. */
  enabled?: boolean;
  /** Go on showing the last answer while another is fetched. */
  keep?: boolean;
};

/** Reads a command's answer. It is read again once something that it rests on has changed. */
export function useRead<K extends CommandName>(
  name: K,
  args: Arguments<K>,
  options: ReadOptions = {},
): UseQueryResult<Answer<K>, CommandFailure> {
  const backend = useBackend();
  return useQuery({
    ...reading(backend, name, args),
    enabled: options.enabled ?? true,
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** A cache that lives as long as the window. */
export function newCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Everything is on this machine: it is there without a network, and is stale when it says so.
        networkMode: "always",
        staleTime: Infinity,
        gcTime: 5 * 60_000,
        retry: false,
        refetchOnWindowFocus: "always",
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** Asks for what every start shows, so that the answers are under way while the window is drawn. */
export function askEarly(backend: Backend, cache: QueryClient): void {
  // Whoever reads it shows the failure.
  const ignored = () => undefined;
  cache.query(reading(backend, "overview", [])).catch(ignored);
  cache.query(reading(backend, "appInfo", [])).catch(ignored);
  cache.query(reading(backend, "preferences", [])).catch(ignored);
}

/** Marks what rests on these tags as stale: of one connection, or of all. */
export async function invalidate(cache: QueryClient, tags: readonly Tag[], connection: string | null): Promise<void> {
  await cache.invalidateQueries({
    predicate: ({ queryKey }) => restsOn(queryKey, tags) && concerns(queryKey, connection),
  });
}

/** What each command has to do with data; none of those that have nothing. */
const TAGS: Partial<Record<CommandName, { provides?: readonly Tag[]; invalidates?: readonly Tag[] }>> = CACHE_TAGS;

/** Commands that are about one connection: its id is their first argument. */
export const OF_A_CONNECTION: readonly CommandName[] = [
  "connection", "reauthorize", "renameConnection", "pause", "resume", "disconnect", "setSchedule", "verify", "sync", "push",
  "cancel", "runs", "contacts", "contact", "preview", "activities", "pullActivities", "retryActivities", "webhooks",
  "startReceiver", "stopReceiver", "replayWebhooks", "testWebhook", "prepareBundle",
  "auditLog", "exportAudit",
];

/** The connection that a command is about; none where it is about the app, a file, an address. */
export function connectionOf<K extends CommandName>(name: K, args: Arguments<K>): string | null {
  const [first] = args as readonly unknown[];
  return OF_A_CONNECTION.includes(name) && typeof first === "string" ? first : null;
}

/** Marks what a command has changed as stale. */
export async function invalidateAfter<K extends CommandName>(
  cache: QueryClient,
  name: K,
  args: Arguments<K>,
): Promise<void> {
  await invalidate(cache, TAGS[name]?.invalidates ?? [], connectionOf(name, args));
}

function restsOn(key: QueryKey, tags: readonly Tag[]): boolean {
  const provides = TAGS[key[0] as CommandName]?.provides ?? [];
  return provides.some((tag) => tags.includes(tag));
}

/** Commands about one connection have it as their first argument; the others may show any. */
function concerns(key: QueryKey, connection: string | null): boolean {
  const ABOUT_ALL: readonly unknown[] = ["overview", "run"];
  return connection === null || ABOUT_ALL.includes(key[0]) || typeof key[1] !== "string" || key[1] === connection;
}
