/** The receiver on this computer: whether it listens, and where. */
import { useActions } from "../../app/actions";
import type { Receiver } from "../../ipc/types";
import { Button, IconButton } from "../../kit/Button";
import { Panel } from "../../kit/Panel";
import { Status } from "../../kit/Status";
import { Time } from "../../kit/Time";
import { copyText } from "../../kit/clipboard";
import styles from "./Webhooks.module.css";

export function ReceiverCard({ connection, receiver }: { connection: string; receiver: Receiver }) {
  const actions = useActions();
  return (
    <Panel
      title="Receiver"
      actions={
        receiver.listening ? (
          <Button small icon="pause" onClick={() => void actions.perform("stopReceiver", connection)}>
            Stop
          </Button>
        ) : (
          <Button small look="primary" icon="play" onClick={() => void actions.perform("startReceiver", connection)}>
            Start
          </Button>
        )
      }
    >
      <div className={styles.receiver}>
        {receiver.listening ? (
          <Status tone="ok" icon="healthy">
            Listening
          </Status>
        ) : (
          <Status tone="calm" icon="pause">
            Stopped
          </Status>
        )}
        {receiver.listening && (
          <>
            <code>{receiver.address}</code>
            <IconButton small icon="copy" label="Copy the address" onClick={() => void copyText(receiver.address)} />
          </>
        )}
        {receiver.since !== null && (
          <span className={styles.quiet}>
            <Time at={receiver.since} as="since" />
          </span>
        )}
      </div>
      <p className={styles.quiet}>
        {receiver.listening
          ? "It listens on this computer alone. Point a tunnel or relay at it, and give the CRM the relay’s address."
          : "Nothing is received. Started, it has an address on this computer alone, to which a tunnel or relay can lead."}
      </p>
    </Panel>
  );
}
