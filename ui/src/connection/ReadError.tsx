/** What a tab shows where its data could not be read. */
import { useQueryClient } from "@tanstack/react-query";

import { useActions } from "../app/actions";
import { reportOf } from "../ipc/failure";
import { Button } from "../kit/Button";
import { ErrorNotice } from "../kit/Notice";

export function ReadError({ connection, error }: { connection: string; error: Error }) {
  const actions = useActions();
  const cache = useQueryClient();
  return (
    <ErrorNotice
      report={reportOf(error)}
      actions={
        <>
          <Button onClick={() => void cache.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" })}>
            Try again
          </Button>
          <Button icon="export" onClick={() => actions.exportBundle(connection, null)}>
            Export bundle
          </Button>
        </>
      }
    />
  );
}
