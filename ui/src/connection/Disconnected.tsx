/** A connection that was ended: its contacts are here still, to be seen or deleted. */
import { useState } from "react";

import { to } from "../app/route";
import type { ConnectionRow } from "../ipc/types";
import { Button, ButtonLink } from "../kit/Button";
import { Mark } from "../kit/Mark";
import { PageHead } from "../kit/Panel";
import { Status } from "../kit/Status";
import { Time } from "../kit/Time";
import styles from "./Connection.module.css";
import { ContactsTab } from "./contacts/ContactsTab";
import { EndDialog, type Asking } from "./settings/EndDialog";

type Props = { row: ConnectionRow; at: string; open: string | null };

export function Disconnected({ row, at, open }: Props) {
  const { connection, providerName } = row;
  const [asking, setAsking] = useState<Asking>(null);
  return (
    <div className={styles.screen}>
      <PageHead
        mark={<Mark name={providerName} big />}
        title={
          <span className={styles.title}>
            {connection.name}
            <span className={styles.state}>
              <Status tone="calm" icon="dash" plain>
                Disconnected
              </Status>
            </span>
          </span>
        }
        sub={
          <>
            {providerName} · {connection.tenant} · disconnected <Time at={at} />; its contacts are kept on this computer
          </>
        }
        actions={
          <>
            <ButtonLink to={to.connect(connection.provider)} icon="plus">
              Connect again
            </ButtonLink>
            <Button look="danger" icon="trash" onClick={() => setAsking("delete")}>
              Delete stored data…
            </Button>
          </>
        }
      />
      <ContactsTab row={row} open={open} />
      <EndDialog row={row} asking={asking} onClose={() => setAsking(null)} />
    </div>
  );
}
