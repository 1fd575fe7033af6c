/** How a connection is set: name, settings, credentials, schedule, and the ways to end it. */
import { replace, to } from "../../app/route";
import type { ConnectionRow } from "../../ipc/types";
import styles from "../Connection.module.css";
import { useProvider } from "../provider";
import { ReadError } from "../ReadError";
import { CredentialsPanel } from "./CredentialsPanel";
import { DangerPanel } from "./DangerPanel";
import { NamePanel } from "./NamePanel";
import { SchedulePanel } from "./SchedulePanel";

type Props = { row: ConnectionRow; open: string | null };

export function SettingsTab({ row, open }: Props) {
  const { provider, error } = useProvider(row);
  const { id } = row.connection;
  if (error) return <ReadError connection={id} error={error} />;
  if (!provider) return null;
  return (
    <div className={styles.stack}>
      <CredentialsPanel
        row={row}
        provider={provider}
        open={open === "credentials"}
        onOpen={(isOpen) => replace(to.connection(id, "settings", isOpen ? "credentials" : undefined))}
      />
      <SchedulePanel row={row} provider={provider} />
      <NamePanel key={row.connection.name} row={row} />
      <DangerPanel row={row} />
    </div>
  );
}
