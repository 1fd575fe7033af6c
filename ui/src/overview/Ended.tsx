/** Connections that were ended and have contacts here still: nothing of a person stays where nobody finds it. */
import { to } from "../app/route";
import { useRead } from "../ipc/cache";
import { counted } from "../kit/figures";
import { Panel } from "../kit/Panel";
import { Time } from "../kit/Time";
import styles from "./Overview.module.css";

export function Ended() {
  const { data = [] } = useRead("disconnected", []);
  if (data.length === 0) return null;
  return (
    <section aria-labelledby="ended">
      <h2 id="ended">
        Disconnected <span className={styles.number}>{data.length}</span>
      </h2>
      <Panel flush>
        <ul className={styles.ended}>
          {data.map(({ connection, providerName, contacts }) => (
            <li key={connection.id}>
              <a href={to.connection(connection.id, "contacts")} aria-label={`Data kept of ${connection.name}, disconnected`} className={styles.name}>
                {connection.name}
              </a>
              <span className={styles.since}>
                {providerName} · {counted(contacts, "contact")} kept · disconnected <Time at={connection.disconnectedAt ?? null} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </section>
  );
}
