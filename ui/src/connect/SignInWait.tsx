/** The app waits while the person signs in in the browser. */
import { useActions } from "../app/actions";
import { useSignInPrompt, useTicking } from "../ipc/live";
import { Button } from "../kit/Button";
import { copyText } from "../kit/clipboard";
import { duration } from "../kit/figures";
import { Panel } from "../kit/Panel";
import { Progress } from "../kit/Progress";
import styles from "./Connect.module.css";
import { PasteAddress } from "./PasteAddress";

type Props = { provider: string; withBrowser: boolean };

export function SignInWait({ provider, withBrowser }: Props) {
  const actions = useActions();
  const now = useTicking(1000);
  const prompt = useSignInPrompt();
  const left = prompt ? Math.max(0, Date.parse(prompt.until) - now) : null;
  if (!withBrowser) {
    return (
      <Panel title={`Connecting to ${provider}`}>
        <Progress label="Connecting" done={0} total={null} />
      </Panel>
    );
  }
  return (
    <Panel title="Finish the sign-in in your browser">
      <div className={styles.wait} role="status">
        <p>
          {provider} has opened in your browser. Sign in there as somebody who may approve apps for the agency, and
          approve NurtureHub Connect. This window goes on by itself.
        </p>
        <Progress label="Waiting for the browser" done={0} total={null} />
      </div>
      <div className={styles.submit}>
        <Button icon="copy" disabled={prompt === null} onClick={() => prompt && void copyText(prompt.url)}>
          Copy link
        </Button>
        <Button icon="external" disabled={prompt === null} onClick={() => void actions.perform("openSignInAgain")}>
          Open again
        </Button>
        <Button look="quiet" onClick={() => void actions.perform("cancelSignIn")}>
          Cancel
        </Button>
        <span className={styles.left}>{left === null ? "" : `${duration(left)} left`}</span>
      </div>
      <PasteAddress />
    </Panel>
  );
}
