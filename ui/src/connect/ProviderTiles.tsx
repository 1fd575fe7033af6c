/** The CRMs, as tiles to pick from. */
import { to } from "../app/route";
import { ReadError } from "../connection/ReadError";
import { useRead } from "../ipc/cache";
import { Mark } from "../kit/Mark";
import { inShort, signInWords } from "../words/capabilities";
import styles from "./ProviderTiles.module.css";

export function ProviderTiles() {
  const { data, error } = useRead("providers", []);
  if (error) return <ReadError error={error} />;
  return (
    <ul className={styles.tiles}>
      {data?.map((provider) => (
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
