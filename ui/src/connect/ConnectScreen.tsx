/** Connecting a CRM: pick it, fill in its form, sign in, watch it being checked, run the first sync. */
import { to } from "../app/route";
import { ReadError } from "../connection/ReadError";
import { useRead } from "../ipc/cache";
import { ButtonLink } from "../kit/Button";
import { PageHead } from "../kit/Panel";
import { ConnectFlow } from "./ConnectFlow";
import styles from "./Connect.module.css";
import { ProviderTiles } from "./ProviderTiles";

export function ConnectScreen({ provider: wanted }: { provider: string | null }) {
  const { data: providers, error } = useRead("providers", []);
  const provider = providers?.find(({ id }) => id === wanted);
  const { data: defaults, error: noDefaults } = useRead("connectDefaults", [wanted ?? ""], { enabled: provider !== undefined });
  const failure = error ?? noDefaults;
  if (failure) {
    return (
      <div className={styles.screen}>
        <PageHead title="Connect a CRM" />
        <ReadError error={failure} />
      </div>
    );
  }
  if (wanted === null || (providers && !provider)) {
    return (
      <div className={styles.screen}>
        <PageHead title="Connect a CRM" sub="Pick the one that your agency works with. Nothing is sent anywhere until you say so." />
        <ProviderTiles />
      </div>
    );
  }
  return (
    <div className={styles.screen}>
      <PageHead
        title={provider ? `Connect ${provider.name}` : "Connect a CRM"}
        sub="What you type stays on this computer; secrets go to its keychain and are never shown again."
        actions={
          <ButtonLink to={to.connect()} look="quiet" icon="left">
            Another CRM
          </ButtonLink>
        }
      />
      {provider && defaults && <ConnectFlow provider={provider} defaults={defaults} />}
    </div>
  );
}
