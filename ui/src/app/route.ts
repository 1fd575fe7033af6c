/** Where the person is. It stands in the address after `#`, so that back and forward work. */
import { useSyncExternalStore } from "react";

export const CONNECTION_TABS = ["health", "contacts", "changes", "activity", "webhooks", "settings"] as const;
export type ConnectionTab = (typeof CONNECTION_TABS)[number];

export type Route =
  | { screen: "overview" }
  | { screen: "connect"; provider: string | null }
  | { screen: "connection"; id: string; tab: ConnectionTab; open: string | null }
  | { screen: "support" }
  | { screen: "settings" };

/** The address of a place, as a link has it. */
export const to = {
  overview: "#/",
  support: "#/support",
  settings: "#/settings",
  connect: (provider?: string) => (provider === undefined ? "#/connect" : `#/connect/${encodeURIComponent(provider)}`),
  /** `open` names what is opened there: a run, a contact. */
  connection: (id: string, tab: ConnectionTab = "health", open?: string) =>
    `#/connection/${encodeURIComponent(id)}/${tab}${open === undefined ? "" : `/${encodeURIComponent(open)}`}`,
};

/** Reads an address. What is not known is the overview. */
export function parseRoute(hash: string): Route {
  const [screen, first, second, third] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  switch (screen) {
    case "connect":
      return { screen, provider: first ?? null };
    case "connection": {
      if (first === undefined || first === "") return { screen: "overview" };
      const tab = CONNECTION_TABS.find((known) => known === second) ?? "health";
      return { screen, id: first, tab, open: third ?? null };
    }
    case "support":
    case "settings":
      return { screen };
    default:
      return { screen: "overview" };
  }
}

/** Which screen it is, whatever is open in it. */
export function placeOf(route: Route): string {
  return route.screen === "connection" ? `connection ${route.id}` : route.screen;
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(onHashChange, () => window.location.hash);
  return parseRoute(hash);
}

/** Goes somewhere. */
export function go(address: string): void {
  window.location.hash = address;
}

/** Goes somewhere without leaving a step to go back to: for what opens and closes within a place. */
export function replace(address: string): void {
  window.history.replaceState(null, "", address);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

function onHashChange(listener: () => void) {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}
