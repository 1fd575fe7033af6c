/** The way out of an emptiness that only a sync ends. */
import { useActions } from "../app/actions";
import type { ConnectionRow } from "../ipc/types";
import { useRun } from "../ipc/live";
import { Button } from "../kit/Button";
import { canSync } from "../words/state";

export function SyncNow({ row }: { row: ConnectionRow }) {
  const actions = useActions();
  const isRunning = useRun(row.connection.id) !== undefined;
  if (!canSync(row)) return null;
  return (
    <Button icon="sync" busy={isRunning} onClick={() => void actions.sync(row.connection)}>
      {row.health.state === "new" ? "Run the first sync" : "Sync"}
    </Button>
  );
}
