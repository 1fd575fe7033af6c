/** Another computer's trouble, read and replayed here. */
import { use } from "react";

import { useActions } from "../app/actions";
import { to } from "../app/route";
import { ReadError } from "../connection/ReadError";
import { useRead } from "../ipc/cache";
import { Button, ButtonLink } from "../kit/Button";
import { Empty } from "../kit/Notice";
import { PageHead, Panel } from "../kit/Panel";
import { byUrgency } from "../words/state";
import { Bundle } from "./Bundle";
import { OpenedContext } from "./opened";
import styles from "./Support.module.css";

export function SupportScreen() {
  const actions = useActions();
  const { data: rows, error } = useRead("overview", []);
  const { bundle, show } = use(OpenedContext);
  return (
    <div className={styles.screen}>
      <PageHead
        title="Support"
        sub="A diagnostic bundle holds what a connection did, without secrets and without personal data."
        actions={
          <Button look={bundle ? "plain" : "primary"} icon="file" onClick={() => void actions.openBundle()}>
            Open a bundle
          </Button>
        }
      />
      {bundle ? (
        <Bundle key={bundle.file} bundle={bundle} onClose={() => show(null)} />
      ) : (
        <>
          <Panel label="Bundle">
            <Empty icon="support" title="No bundle is open">
              Ask the agency for a bundle: every error of a connection has an <em>Export bundle</em> button, and this screen
              makes one of each connection. Opened here, it reads as if you sat at their computer, and its recorded
              exchange can be replayed to see the same failure.
            </Empty>
          </Panel>
          {error && <ReadError error={error} />}
          {rows && rows.length > 0 && (
            <Panel title="Export a bundle of this computer" flush>
              <ul className={styles.exports}>
                {[...rows].sort(byUrgency).map(({ connection, providerName }) => (
                  <li key={connection.id}>
                    <span>
                      <a href={to.connection(connection.id)}>{connection.name}</a>{" "}
                      <span className={styles.quiet}>{providerName}</span>
                    </span>
                    <Button small icon="export" aria-label={`Export bundle: ${connection.name}`} onClick={() => actions.exportBundle(connection.id, null)}>
                      Export bundle
                    </Button>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          {rows?.length === 0 && <ButtonLink to={to.connect()}>Connect a CRM</ButtonLink>}
        </>
      )}
    </div>
  );
}
