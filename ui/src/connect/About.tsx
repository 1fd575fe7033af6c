/** What the CRM can and cannot do, said before anyone tries. */
import { useActions } from "../app/actions";
import type { ProviderView } from "../ipc/types";
import { Button } from "../kit/Button";
import { Prose } from "../kit/Prose";
import { StatusShape } from "../kit/Status";
import { abilities, isDocumented } from "../words/capabilities";
import styles from "./Connect.module.css";

export function About({ provider }: { provider: ProviderView }) {
  const actions = useActions();
  return (
    <aside className={styles.about} aria-label={`About ${provider.name}`}>
      <h2>What {provider.name} can do</h2>
      <ul className={styles.abilities}>
        {abilities(provider).map(({ name, able, reason }) => (
          <li key={name}>
            <StatusShape tone={able ? "accent" : "calm"} icon={able ? "check" : "dash"} label={able ? "Yes" : "No"} />
            <span>
              {name}
              {reason !== null && (
                <span className={styles.reason}>
                  <Prose text={reason} />
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {typeof provider.notice === "string" && (
        <p className={styles.quiet}>
          <Prose text={provider.notice} />
        </p>
      )}
      {isDocumented(provider) && (
        <Button small icon="external" onClick={() => void actions.perform("openDocumentation", provider.id)}>
          {provider.name}’s documentation
        </Button>
      )}
    </aside>
  );
}
