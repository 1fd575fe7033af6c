/** The frame of every screen: the way around, what is true of all, and the screen itself. */
import { useEffect, useRef, type ReactNode } from "react";

import type { ConnectionRow } from "../ipc/types";
import { useRead } from "../ipc/cache";
import { useOnline, useRun } from "../ipc/live";
import { Icon, type IconName } from "../kit/Icon";
import { StatusShape } from "../kit/Status";
import { Tip } from "../kit/Tip";
import { byUrgency, stateWords } from "../words/state";
import { placeOf, to, useRoute } from "./route";
import styles from "./Shell.module.css";
import { KEY } from "./shortcuts";

type Props = { onPalette: () => void; children: ReactNode };

export function Shell({ onPalette, children }: Props) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const place = placeOf(route);
  const isFirst = useRef(true);
  // A new screen is announced and read from its top; what opens within a screen is not one.
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    main.current?.scrollTo(0, 0);
    document.getElementById("page-title")?.focus({ preventScroll: true });
  }, [place]);
  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip} onClick={(event) => skip(event, main.current)}>
        Skip to the content
      </a>
      <Side onPalette={onPalette} />
      <div className={styles.column}>
        <Bands />
        <main ref={main} id="main" tabIndex={-1} className={styles.main}>
          {children}
        </main>
      </div>
    </div>
  );
}

function skip(event: { preventDefault: () => void }, main: HTMLElement | null) {
  event.preventDefault();
  main?.focus();
}

function Side({ onPalette }: { onPalette: () => void }) {
  const route = useRoute();
  const { data } = useRead("overview", []);
  const rows = [...(data ?? [])].sort(byUrgency);
  return (
    <nav className={styles.side} aria-label="Main">
      <div className={styles.brand}>
        <Logo />
        NurtureHub Connect
      </div>
      <button type="button" className={styles.find} onClick={onPalette}>
        <Icon name="search" size={14} />
        Find or do
        <kbd>{KEY}K</kbd>
      </button>
      <ul className={styles.links}>
        <SideLink to={to.overview} icon="overview" isCurrent={route.screen === "overview"} text="Overview" />
      </ul>
      <div className={styles.group}>
        <span>Connections</span>
        <Tip text="Connect a CRM">
          <a href={to.connect()} className={styles.add} aria-label="Connect a CRM">
            <Icon name="plus" size={14} />
          </a>
        </Tip>
      </div>
      <ul className={[styles.links, styles.connections].join(" ")}>
        {rows.map((row) => (
          <SideConnection
            key={row.connection.id}
            row={row}
            isCurrent={route.screen === "connection" && route.id === row.connection.id}
          />
        ))}
        {data?.length === 0 && <li className={styles.noneYet}>None yet</li>}
      </ul>
      <ul className={[styles.links, styles.foot].join(" ")}>
        <SideLink to={to.support} icon="support" isCurrent={route.screen === "support"} text="Support" />
        <SideLink to={to.settings} icon="settings" isCurrent={route.screen === "settings"} text="Settings" />
      </ul>
    </nav>
  );
}

type SideLinkProps = { to: string; icon: IconName; text: string; isCurrent: boolean };

function SideLink({ to: address, icon, text, isCurrent }: SideLinkProps) {
  return (
    <li>
      <a href={address} className={styles.link} aria-current={isCurrent ? "page" : undefined}>
        <Icon name={icon} />
        {text}
      </a>
    </li>
  );
}

function SideConnection({ row, isCurrent }: { row: ConnectionRow; isCurrent: boolean }) {
  const { connection, health } = row;
  const run = useRun(connection.id);
  const { word, icon, tone } = stateWords(health.state);
  return (
    <li>
      <a
        href={to.connection(connection.id)}
        className={styles.link}
        aria-current={isCurrent ? "page" : undefined}
        title={connection.name}
      >
        <StatusShape tone={tone} icon={icon} label={run ? `${word}, running` : word} />
        <span className={styles.name}>{connection.name}</span>
        {run && <span className={styles.running} aria-hidden="true" />}
      </a>
    </li>
  );
}

/** What is true of the whole app: the data are the sandbox's; there is no network. */
function Bands() {
  const { data } = useRead("appInfo", []);
  const online = useOnline();
  return (
    <div role="status">
      {data?.dataSet === "sandbox" && (
        <div className={[styles.band, styles.sandbox].join(" ")}>
          <Icon name="flask" size={14} />
          <strong>Sandbox data.</strong>
          <span className={styles.simulated}>CRMs, people and platform are simulated on this computer.</span>
          <a href={to.settings}>Leave the sandbox</a>
        </div>
      )}
      {!online && (
        <div className={[styles.band, styles.offline].join(" ")}>
          <Icon name="offline" size={14} />
          <strong>No network.</strong> Everything already here can be read; syncs run again by hand or on their schedule.
        </div>
      )}
    </div>
  );
}

function Logo() {
  return (
    <svg className={styles.logo} viewBox="0 0 24 24" aria-hidden="true">
      <rect width="24" height="24" rx="7" fill="currentColor" />
      <path
        d="M7 16.500c0-5 2.200-8.500 5-8.500s5 3.500 5 8.500M12 8V5.800"
        fill="none"
        stroke="#fff"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
      <circle cx="7" cy="16.800" r="1.900" fill="#fff" />
      <circle cx="17" cy="16.800" r="1.900" fill="#fff" />
    </svg>
  );
}
