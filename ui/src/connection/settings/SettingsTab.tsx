/** How a connection is set: name, settings, credentials, schedule, and the ways to end it. */
import { useEffect, useRef } from "react";

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
  const fields = useRef<HTMLDivElement>(null);
  const isThere = provider !== undefined;
  useEffect(() => {
    if (!isThere || (open !== "name" && open !== "schedule")) return undefined;
    // After the palette from which somebody came has given the focus back.
    const timer = setTimeout(() => fields.current?.querySelector<HTMLElement>(`[data-part=${open}] :is(input, [role=combobox])`)?.focus(), 50);
    return () => clearTimeout(timer);
  }, [open, isThere]);
  const show = (what: string | null) => replace(to.connection(id, "settings", what ?? undefined));
  if (error) return <ReadError connection={id} error={error} />;
  if (!provider) return null;
  return (
    <div ref={fields} className={styles.stack}>
      <CredentialsPanel
        row={row}
        provider={provider}
        open={open === "credentials"}
        onOpen={(isOpen) => show(isOpen ? "credentials" : null)}
      />
      <div data-part="schedule">
        <SchedulePanel row={row} provider={provider} />
      </div>
      <div data-part="name">
        <NamePanel key={row.connection.name} row={row} />
      </div>
      <DangerPanel row={row} asking={open === "disconnect" || open === "delete" ? open : null} onAsk={show} />
    </div>
  );
}
