/** The CRMs, as tiles to pick from. */
import { useQueries } from "@tanstack/react-query";

import { to } from "../app/route";
import { ReadError } from "../connection/ReadError";
import { useBackend } from "../ipc/backend";
import { reading, useRead } from "../ipc/cache";
import type { ConnectDefaults, ProviderView } from "../ipc/types";
import { Mark } from "../kit/Mark";
import { inShort, signInWords } from "../words/capabilities";
import styles from "./ProviderTiles.module.css";

export function ProviderTiles() {
  const { data, error } = useRead("providers", []);
  const offered = useOffered(data ?? []);
  if (error) return <ReadError error={error} />;
  return (
    <ul className={styles.tiles}>
      {offered.map((provider) => (
        <li key={provider.id} className={styles.tile}>
          <span className={styles.head}>
            <Mark name={provider.name} big />
            {/* The link reaches over the whole tile; its name is the CRM's alone. */}
            <a href={to.connect(provider.id)} className={styles.name} aria-describedby={`about-${provider.id}`}>
              {provider.name}
            </a>
          </span>
          <span id={`about-${provider.id}`} className={styles.more}>
            <span className={styles.line}>{signInWords(provider)}</span>
            <span className={styles.line}>{inShort(provider)}</span>
            {typeof provider.unconfirmed === "string" && <span className={styles.quiet}>unconfirmed</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Those that can be connected here: the sandbox simulates only some, and fills in their forms. */
function useOffered(providers: ProviderView[]): ProviderView[] {
  const backend = useBackend();
  const { data: info } = useRead("appInfo", []);
  const isSandbox = info?.dataSet === "sandbox";
  const defaults = useQueries({
    queries: (isSandbox ? providers : []).map(({ id }) => reading(backend, "connectDefaults", [id])),
  });
  if (info === undefined) return [];
  return isSandbox ? providers.filter((_, place) => isFilledIn(defaults[place]?.data)) : providers;
}

function isFilledIn(defaults: ConnectDefaults | undefined): boolean {
  return defaults !== undefined && Object.keys(defaults.settings).length + defaults.secretsHeld.length > 0;
}
