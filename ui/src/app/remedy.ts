/** Starting a remedy, from wherever an error or a state is shown. */
import type { ConnectionRow } from "../ipc/types";
import type { Remedy } from "../words/remedy";
import { useActions } from "./actions";
import { go, to } from "./route";

/** Starts remedies of a connection. */
export function useRemedy({ connection }: Pick<ConnectionRow, "connection">): (remedy: Remedy) => void {
  const actions = useActions();
  return (remedy) => {
    switch (remedy) {
      case "signIn":
        go(to.connection(connection.id, "settings", "credentials"));
        break;
      case "settings":
        go(to.connection(connection.id, "settings"));
        break;
      case "changes":
        go(to.connection(connection.id, "changes", "blocked"));
        break;
      case "push":
        go(to.connection(connection.id, "changes"));
        break;
      case "platform":
        go(to.settings);
        break;
      case "activities":
        go(to.connection(connection.id, "activity", "rejected"));
        break;
      case "confirmRemovals":
        go(to.connection(connection.id, "health", "removals"));
        break;
      case "verify":
        go(to.connection(connection.id, "health"));
        void actions.verify(connection, { quiet: true });
        break;
      case "sync":
        void actions.sync(connection);
        break;
      case "bundle":
        actions.exportBundle(connection.id, null);
        break;
    }
  };
}
