/** Connecting a CRM: pick it, fill in its form, sign in, watch it being checked, run the first sync. */
import { to } from "../app/route";
import { useRead } from "../ipc/cache";
import { reportOf } from "../ipc/failure";
import { ButtonLink } from "../kit/Button";
import { ErrorNotice } from "../kit/Notice";
import { PageHead } from "../kit/Panel";
import { ConnectFlow } from "./ConnectFlow";
import styles from "./Connect.module.css";
import { ProviderTiles } from "./ProviderTiles";

export function ConnectScreen({ provider: wanted }: { provider: string | null }) {
  const { data: providers, error } = useRead("providers", []);
  const provider = providers?.find(({ id }) => id === wanted);
  const { data: defaults } = useRead("connectDefaults", [wanted ?? ""], { enabled: provider !== undefined });
  if (error) {
    return (
      <div className={styles.screen}>
        <PageHead title="Connect a CRM" />
        <ErrorNotice report={reportOf(error)} />
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
  if (!provider || !defaults) return <PageHead title=" " />;
  return (
    <div className={styles.screen}>
      <PageHead
        title={`Connect ${provider.name}`}
        sub="What you type stays on this computer; secrets go to its keychain and are never shown again."
        actions={
          <ButtonLink to={to.connect()} look="quiet" icon="left">
            Another CRM
          </ButtonLink>
        }
      />
      <ConnectFlow provider={provider} defaults={defaults} />
    </div>
  );
}
