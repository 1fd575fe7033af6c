/** A person's word that a connection ends, or that its data go. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import { go, to } from "../../app/route";
import type { ConnectionRow } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { Dialog } from "../../kit/Dialog";
import { TextField } from "../../kit/Field";
import { counted } from "../../kit/figures";

/** What a person has asked for and not confirmed yet. */
export type Asking = "disconnect" | "delete" | null;

type Props = { row: Pick<ConnectionRow, "connection" | "contacts">; asking: Asking; onClose: () => void };

export function EndDialog({ row: { connection, contacts }, asking, onClose }: Props) {
  const actions = useActions();
  const [typed, setTyped] = useState("");
  const close = () => {
    onClose();
    setTyped("");
  };
  const end = async () => {
    const purge = asking === "delete";
    close();
    if ((await actions.perform("disconnect", connection.id, purge)) !== undefined) go(to.overview);
  };
  return (
    <Dialog
      open={asking !== null}
      onClose={close}
      title={asking === "delete" ? `Delete the data of ${connection.name}?` : `Disconnect ${connection.name}?`}
      description={
        asking === "delete"
          ? `The connection, its history and ${counted(contacts, "contact")} are removed from this computer. This cannot be undone.`
          : "Nothing syncs any more. You can connect it again later and go on."
      }
      actions={
        <>
          <Button onClick={close}>Keep it</Button>
          <Button look="danger" disabled={asking === "delete" && typed.trim() !== connection.name} onClick={() => void end()}>
            {asking === "delete" ? "Delete for good" : "Disconnect"}
          </Button>
        </>
      }
    >
      {asking === "delete" && <TextField label={`Type “${connection.name}” to confirm`} value={typed} onChange={setTyped} />}
    </Dialog>
  );
}
