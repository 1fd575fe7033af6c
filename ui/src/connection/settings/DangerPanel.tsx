/** Pausing and ending a connection. */
import { useActions } from "../../app/actions";
import type { ConnectionRow } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { counted } from "../../kit/figures";
import { Panel } from "../../kit/Panel";
import { EndDialog, type Asking } from "./EndDialog";
import styles from "./Settings.module.css";

type Props = { row: ConnectionRow; asking: Asking; onAsk: (asking: Asking) => void };

export function DangerPanel({ row, asking, onAsk }: Props) {
  const { connection, health, contacts } = row;
  const actions = useActions();
  const paused = health.state === "paused";
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
      <EndDialog row={row} asking={asking} onClose={() => onAsk(null)} />
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
