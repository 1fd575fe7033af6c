/** Every connection at a glance, those that need somebody first. */
import { useEffect } from "react";

import { useActions } from "../app/actions";
import { to } from "../app/route";
import { useRead } from "../ipc/cache";
import { reportOf } from "../ipc/failure";
import { Button, ButtonLink } from "../kit/Button";
import { counted } from "../kit/figures";
import { ErrorNotice } from "../kit/Notice";
import { PageHead, Panel } from "../kit/Panel";
import { byUrgency, canSync, needsAttention } from "../words/state";
import { Attention } from "./Attention";
import { ConnectionTable } from "./ConnectionTable";
import { FirstStart } from "./FirstStart";
import styles from "./Overview.module.css";

export function OverviewScreen() {
  const { data, error, refetch } = useRead("overview", []);
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
        <ErrorNotice report={reportOf(error)} actions={<Button onClick={() => void refetch()}>Try again</Button>} />
      </div>
    );
  }
  if (!data) return <PageHead title="Overview" sub=" " />;
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
        <section aria-labelledby="attention" className={styles.attention}>
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
      <Panel title="Connections" flush>
        <ConnectionTable rows={rows} />
      </Panel>
    </div>
  );
}
