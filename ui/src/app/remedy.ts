/** Starting a remedy, from wherever an error or a state is shown. */
import type { ConnectionRow } from "../ipc/bindings";
import type { Remedy } from "../words/remedy";
import { useActions } from "./actions";
import { go, to } from "./route";

/** Starts remedies of a connection. */
export function useRemedy({ connection }: Pick<ConnectionRow, "connection">): (remedy: Remedy) => void {
  const actions = useActions();
  return (remedy) => {
    switch (remedy) {
      case "signIn":
        return go(to.connection(connection.id, "settings", "credentials"));
      case "settings":
        return go(to.connection(connection.id, "settings"));
      case "changes":
        return go(to.connection(connection.id, "changes", "blocked"));
      case "confirmRemovals":
        return go(to.connection(connection.id, "health", "removals"));
      case "verify":
        go(to.connection(connection.id, "health"));
        return void actions.verify(connection);
      case "sync":
        return void actions.sync(connection);
      case "bundle":
        return void actions.exportBundle(connection.id, null);
    }
  };
}
