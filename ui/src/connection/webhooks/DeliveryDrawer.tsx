/** One delivery: what came, what was made of it, and the way to do it again. */
import { useActions } from "../../app/actions";
import type { DeliveryView } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { Drawer } from "../../kit/Dialog";
import { count } from "../../kit/figures";
import { TextBlock } from "../../kit/JsonView";
import { ErrorNotice, Notice } from "../../kit/Notice";
import { Facts } from "../../kit/Panel";
import { Status } from "../../kit/Status";
import { Time } from "../../kit/Time";
import { outcomeWords } from "../../words/activities";
import { replay } from "./replay";
import styles from "./Webhooks.module.css";

type Props = { connection: string; delivery: DeliveryView | null; onClose: () => void };

export function DeliveryDrawer({ connection, delivery, onClose }: Props) {
  const actions = useActions();
  const again = ({ key }: DeliveryView) => {
    onClose();
    void replay(actions, connection, key);
  };
  return (
    <Drawer open={delivery !== null} onClose={onClose} title={delivery && delivery.topic !== "" ? delivery.topic : "Delivery"} sub={<code>{delivery?.key}</code>}>
      {delivery && (
        <div className={styles.delivery}>
          <div className={styles.deliveryHead}>
            <Status tone={outcomeWords(delivery.outcome).tone} icon={outcomeWords(delivery.outcome).icon}>
              {outcomeWords(delivery.outcome).word}
            </Status>
            <Button icon="sync" onClick={() => again(delivery)}>
              Replay
            </Button>
          </div>
          {delivery.error && <ErrorNotice report={delivery.error} connection={connection} />}
          {delivery.ignored !== null && <Notice>{delivery.ignored}</Notice>}
          <Facts
            columns
            facts={[
              { name: "Received", value: <Time at={delivery.receivedAt} as="clock" /> },
              { name: "Happened", value: <Time at={delivery.occurredAt} as="clock" none="not said" /> },
              { name: "Contacts", value: count(delivery.contacts) },
              { name: "Activities", value: count(delivery.activities) },
            ]}
          />
          <section>
            <h3 className={styles.heading}>Payload</h3>
            <TextBlock label="Payload" text={pretty(delivery.body)} />
          </section>
        </div>
      )}
    </Drawer>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
