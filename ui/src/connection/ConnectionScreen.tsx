/** One connection: how it is, what it holds, what it would send, and how it is set. */
import type { ReactNode } from "react";

import { useActions } from "../app/actions";
import { CONNECTION_TABS, go, to, type ConnectionTab } from "../app/route";
import type { ConnectionRow } from "../ipc/types";
import { useRead } from "../ipc/cache";
import { reportOf } from "../ipc/failure";
import { useRun } from "../ipc/live";
import { Button, ButtonLink, IconButton } from "../kit/Button";
import { count } from "../kit/figures";
import { Mark } from "../kit/Mark";
import { Menu } from "../kit/Menu";
import { ErrorNotice } from "../kit/Notice";
import { PageHead } from "../kit/Panel";
import { Progress } from "../kit/Progress";
import { Status } from "../kit/Status";
import { Tabs } from "../kit/Tabs";
import { SyncedTime, useNow } from "../kit/Time";
import { runWords } from "../words/runs";
import { activityWords, stateWords } from "../words/state";
import { ActivityTab } from "./activity/ActivityTab";
import { ChangesTab } from "./changes/ChangesTab";
import styles from "./Connection.module.css";
import { ContactsTab } from "./contacts/ContactsTab";
import { Disconnected } from "./Disconnected";
import { HealthTab } from "./health/HealthTab";
import { SettingsTab } from "./settings/SettingsTab";
import { Unconfirmed } from "./Unconfirmed";
import { WebhooksTab } from "./webhooks/WebhooksTab";

type Props = { id: string; tab: ConnectionTab; open: string | null };

export function ConnectionScreen({ id, tab, open }: Props) {
  const { data, error } = useRead("connection", [id]);
  const { data: rows } = useRead("overview", []);
  const listed = rows?.find(({ connection }) => connection.id === id);
  if (error) {
    return (
      <div className={styles.screen}>
        <PageHead title={listed?.connection.name ?? "Connection"} />
        <ErrorNotice
          report={reportOf(error)}
          // There is no bundle of a connection that there is not.
          connection={rows === undefined || listed ? id : undefined}
          actions={<ButtonLink to={to.overview}>Go to the overview</ButtonLink>}
        />
      </div>
    );
  }
  // The overview has the same row, so that the screen is whole at once.
  const row = data ?? listed;
  if (!row) return <Frame tab={tab} />;
  const endedAt = row.connection.disconnectedAt;
  if (typeof endedAt === "string") return <Disconnected row={row} at={endedAt} open={tab === "contacts" ? open : null} />;
  return (
    <div className={styles.screen}>
      <Head row={row} tab={tab} />
      <Running row={row} />
      <Tabs label="Parts of the connection" value={tab} tabs={tabsOf(row)} onChange={(next) => go(to.connection(id, next))}>
        {panels(row, open)[tab]()}
      </Tabs>
    </div>
  );
}

/** What stands where the connection will, until it is read. */
function Frame({ tab }: { tab: ConnectionTab }) {
  return (
    <div className={styles.screen}>
      <PageHead mark={<Mark name="" big />} title="Connection" sub="&nbsp;" />
      <Tabs label="Parts of the connection" value={tab} tabs={CONNECTION_TABS.map((value) => ({ value, label: tabWord(value) }))} onChange={() => undefined}>
        {null}
      </Tabs>
    </div>
  );
}

function tabWord(tab: ConnectionTab): string {
  return tab.charAt(0).toUpperCase() + tab.slice(1);
}

function panels(row: ConnectionRow, open: string | null): Record<ConnectionTab, () => ReactNode> {
  return {
    health: () => <HealthTab row={row} open={open} />,
    contacts: () => <ContactsTab row={row} open={open} />,
    changes: () => <ChangesTab row={row} open={open} />,
    activity: () => <ActivityTab row={row} open={open} key={open} />,
    webhooks: () => <WebhooksTab row={row} open={open} />,
    settings: () => <SettingsTab row={row} open={open} />,
  };
}

function tabsOf({ contacts, pending }: ConnectionRow) {
  const waiting = pending.create + pending.update + pending.archive + pending.blocked;
  const badges: Partial<Record<ConnectionTab, string>> = {
    ...(contacts > 0 ? { contacts: count(contacts) } : {}),
    ...(waiting > 0 ? { changes: count(waiting) } : {}),
  };
  return CONNECTION_TABS.map((value) => ({
    value,
    label: tabWord(value),
    badge: badges[value],
  }));
}

function Head({ row, tab }: { row: ConnectionRow; tab: ConnectionTab }) {
  const { connection, health } = row;
  const actions = useActions();
  const run = useRun(connection.id);
  const { word, icon, tone } = stateWords(health.state);
  const paused = health.state === "paused";
  // Elsewhere something else is the thing to do: a remedy, a push.
  const isMain = tab === "health" && health.issues.length === 0 && row.doubt === null;
  return (
    <PageHead
      mark={<Mark name={row.providerName} big />}
      title={
        <span className={styles.title}>
          {connection.name}
          <span className={styles.state}>
            <Status tone={tone} icon={icon} plain>
              {word}
            </Status>
          </span>
        </span>
      }
      sub={<SubLine row={row} />}
      actions={
        <>
          <Button icon="verify" busy={run !== undefined} onClick={() => void actions.verify(connection, { quiet: tab === "health" })}>
            Verify
          </Button>
          {run && run.kind !== "verify" ? (
            <Button icon="cross" onClick={() => void actions.perform("cancel", connection.id)}>
              Cancel
            </Button>
          ) : paused ? (
            <Button look="primary" icon="play" onClick={() => void actions.perform("resume", connection.id)}>
              Resume
            </Button>
          ) : (
            <Button look={isMain ? "primary" : "plain"} icon="sync" onClick={() => void actions.sync(connection)}>
              Sync
            </Button>
          )}
          <Menu
            trigger={<IconButton look="plain" icon="more" label="More actions" />}
            items={[
              { label: "Sync everything anew", icon: "sync", disabled: paused, onSelect: () => void actions.sync(connection, { full: true }) },
              paused
                ? { label: "Resume", icon: "play", onSelect: () => void actions.perform("resume", connection.id) }
                : { label: "Pause", icon: "pause", onSelect: () => void actions.perform("pause", connection.id) },
              "separator",
              { label: "Export a diagnostic bundle", icon: "export", onSelect: () => actions.exportBundle(connection.id, null) },
            ]}
          />
        </>
      }
    />
  );
}

/** What is known of it, or how far the run has come that is under way. */
function SubLine({ row }: { row: ConnectionRow }) {
  const { connection, health } = row;
  const { own, held } = useProgress(row);
  const told = own ? runWords(own, held) : held;
  return (
    <>
      <div role="status" className={styles.sub} title={told}>
        {told}
      </div>
      {told === undefined && (
        <div className={styles.sub}>
          {row.providerName} · {connection.tenant} · <SyncedTime at={health.lastSyncedAt} />
          {row.unconfirmed !== null && (
            <>
              {" · "}
              <Unconfirmed reason={row.unconfirmed} />
            </>
          )}
        </div>
      )}
    </>
  );
}

function Running({ row }: { row: ConnectionRow }) {
  const { own, held } = useProgress(row);
  if (!own && held === undefined) return null;
  return (
    <div className={styles.running}>
      <Progress label={`Progress of the ${own?.kind ?? "run"}`} done={own?.done ?? 0} total={own?.total ?? null} />
    </div>
  );
}

/** The run to show, and what holds it up. A run of another program shows where it is held up. */
function useProgress({ connection, health }: ConnectionRow) {
  const run = useRun(connection.id);
  const held = activityWords(health, useNow());
  return { own: run?.kind === "verify" ? undefined : run, held };
}
