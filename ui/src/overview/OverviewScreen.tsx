/** Every connection at a glance, those that need somebody first. */
import { useEffect } from "react";

import { useActions } from "../app/actions";
import { to } from "../app/route";
import { ReadError } from "../connection/ReadError";
import { useRead } from "../ipc/cache";
import { Button, ButtonLink } from "../kit/Button";
import { counted } from "../kit/figures";
import { PageHead, Panel } from "../kit/Panel";
import { useTakesLong } from "../kit/takesLong";
import { byUrgency, canSync, needsAttention } from "../words/state";
import { Attention } from "./Attention";
import { ConnectionTable } from "./ConnectionTable";
import { Ended } from "./Ended";
import { FirstStart } from "./FirstStart";
import styles from "./Overview.module.css";

export function OverviewScreen() {
  const { data, error } = useRead("overview", []);
  const actions = useActions();
  const isThere = data !== undefined;
  useEffect(() => {
    // What the benchmark of the app's start looks for.
    if (isThere) performance.mark("interactive");
  }, [isThere]);
  if (error) {
    return (
      <div className={styles.screen}>
        <PageHead title="Overview" />
        <ReadError error={error} />
      </div>
    );
  }
  if (!data) return <Opening />;
  if (data.length === 0) return <FirstStart />;

  const rows = [...data].sort(byUrgency);
  const urgent = rows.filter((row) => needsAttention(row.health));
  const contacts = rows.reduce((sum, row) => sum + row.contacts, 0);
  return (
    <div className={styles.screen}>
      <PageHead
        title="Overview"
        sub={`${counted(rows.length, "connection")} · ${counted(contacts, "contact")} held on this computer`}
        actions={
          <>
            <Button
              icon="sync"
              onClick={() => rows.filter(canSync).forEach((row) => void actions.sync(row.connection))}
            >
              Sync all
            </Button>
            <ButtonLink to={to.connect()} look={urgent.length === 0 ? "primary" : "plain"} icon="plus">
              Connect a CRM
            </ButtonLink>
          </>
        }
      />
      {urgent.length > 0 && (
        <section aria-labelledby="attention">
          <h2 id="attention">
            Needs attention <span className={styles.number}>{urgent.length}</span>
          </h2>
          <ul className={styles.list}>
            {urgent.map((row, place) => (
              <Attention key={row.connection.id} row={row} isWorst={place === 0} />
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="connections">
        <h2 id="connections">
          Connections <span className={styles.number}>{rows.length}</span>
        </h2>
        <Panel flush>
          <ConnectionTable rows={rows} />
        </Panel>
      </section>
      <Ended />
    </div>
  );
}

/** The frame, until the data are open. A keychain that asks for a password may take its time. */
function Opening() {
  const takesLong = useTakesLong();
  return (
    <div className={styles.screen}>
      <PageHead title="Overview" sub="&nbsp;" />
      <div role="status" className={styles.opening}>
        {takesLong && "Opening your data. The system may ask for your keychain."}
      </div>
    </div>
  );
}
