/** Pausing and ending a connection. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import { go, to } from "../../app/route";
import type { ConnectionRow } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { Dialog } from "../../kit/Dialog";
import { TextField } from "../../kit/Field";
import { counted } from "../../kit/figures";
import { Panel } from "../../kit/Panel";
import styles from "./Settings.module.css";

/** `asking` is what a person has asked for and not confirmed yet. */
type Asking = "disconnect" | "delete" | null;
type Props = { row: ConnectionRow; asking: Asking; onAsk: (asking: Asking) => void };

export function DangerPanel({ row, asking, onAsk }: Props) {
  const { connection, health, contacts } = row;
  const actions = useActions();
  const [typed, setTyped] = useState("");
  const paused = health.state === "paused";
  const close = () => {
    onAsk(null);
    setTyped("");
  };
  const end = async () => {
    const purge = asking === "delete";
    close();
    if ((await actions.perform("disconnect", connection.id, purge)) !== undefined) go(to.overview);
  };
  return (
    <Panel title="Pause or end">
      <ul className={styles.ends}>
        <End
          title={paused ? "Resume" : "Pause"}
          text={paused ? "Syncs run again, by schedule and by hand." : "Nothing runs until you resume it. Contacts and sign-in are kept."}
          action={
            <Button icon={paused ? "play" : "pause"} onClick={() => void actions.perform(paused ? "resume" : "pause", connection.id)}>
              {paused ? "Resume" : "Pause"}
            </Button>
          }
        />
        <End
          title="Disconnect"
          text="Signs out and forgets the secrets. The contacts stay on this computer."
          action={
            <Button look="danger" onClick={() => onAsk("disconnect")}>
              Disconnect…
            </Button>
          }
        />
        <End
          title="Disconnect and delete local data"
          text={`Also removes ${counted(contacts, "contact")} from this computer for good. What NurtureHub has is not touched.`}
          action={
            <Button look="danger" icon="trash" onClick={() => onAsk("delete")}>
              Delete…
            </Button>
          }
        />
      </ul>
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
    </Panel>
  );
}

function End({ title, text, action }: { title: string; text: string; action: React.ReactNode }) {
  return (
    <li>
      <div>
        <h3>{title}</h3>
        <p className={styles.quiet}>{text}</p>
      </div>
      {action}
    </li>
  );
}
