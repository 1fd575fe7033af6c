/** What stands where data could not be read. */
import { useQueryClient } from "@tanstack/react-query";

import { reportOf } from "../ipc/failure";
import { Button } from "../kit/Button";
import { ErrorNotice } from "../kit/Notice";

type Props = {
  error: Error;
  /** Whose data they are; none where they are the app's own. */
  connection?: string;
};

export function ReadError({ connection, error }: Props) {
  const cache = useQueryClient();
  return (
    <ErrorNotice
      report={reportOf(error)}
      connection={connection}
      actions={
        <Button onClick={() => void cache.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" })}>
          Try again
        </Button>
      }
    />
  );
}
