/** Which changes are selected to be sent. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import type { ChangeKind } from "../../ipc/types";
import { isHeld } from "./columns";

/** The most that are selected at once: more than these go with all the others. */
export const MOST = 1000;

export function useSelection(connection: string, kind: ChangeKind | null) {
  const actions = useActions();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  return {
    picked,
    clear: () => setPicked(new Set()),
    toggle: (externalId: string) =>
      setPicked((old) => {
        const next = new Set(old);
        if (!next.delete(externalId)) next.add(externalId);
        return next;
      }),
    /** Selects what the view lists, whether it shows or not. Answers with how many. */
    selectAll: async (): Promise<number> => {
      const page = await actions.perform("preview", connection, kind, MOST, 0);
      const ids = (page?.changes ?? []).filter((change) => !isHeld(change)).map(({ externalId }) => externalId);
      setPicked(new Set(ids));
      return ids.length;
    },
  };
}
