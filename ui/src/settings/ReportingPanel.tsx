/** Where news goes beside this screen: a webhook that is told of trouble, a collector of traces. */
import { useState, type SubmitEvent } from "react";

import { useActions } from "../app/actions";
import { reportOf } from "../ipc/failure";
import { useRead } from "../ipc/cache";
import type { Preferences, WebhookView } from "../ipc/types";
import { Button } from "../kit/Button";
import { TextField } from "../kit/Field";
import { Notice } from "../kit/Notice";
import { Panel } from "../kit/Panel";
import { tell } from "../kit/Toasts";
import styles from "./Settings.module.css";
import { Unread } from "./Unread";
import { usePreferences } from "./usePreferences";

export function ReportingPanel() {
  const [preferences, , unread] = usePreferences();
  const { data: reporting, error } = useRead("reporting", []);
  if (!preferences || !reporting) {
    return <Unread title="For support" sub="Where news goes beside this screen" height="form" error={unread ?? error} />;
  }
  return (
    <Panel title="For support" sub="Where news goes beside this screen">
      <div className={styles.rows}>
          {reporting.notPosted != null && (
            <Notice tone="warn" icon="warning" title="The last alert could not be posted">
              {reporting.notPosted} It is tried again.
            </Notice>
          )}
          <WebhookForm set={reporting.alertWebhook} />
          <CollectorForm preferences={preferences} named={reporting.otlpEndpoint} />
      </div>
    </Panel>
  );
}

const WEBHOOK = "Webhook for alerts";
const COLLECTOR = "Collector of traces";

/** The webhook. Its address is a secret, which goes one way: the host alone comes back. */
function WebhookForm({ set }: { set: WebhookView | null }) {
  const actions = useActions();
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string>();
  const keep = async (address: string | null) => {
    setError(undefined);
    try {
      await actions.attempt("setAlertWebhook", address);
    } catch (failure) {
      setError(reportOf(failure).message);
      return;
    }
    setTyped("");
    tell({ title: `${WEBHOOK}: ${address === null ? "none any more" : "set"}`, tone: "ok", icon: "healthy" });
  };
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    await keep(typed.trim());
  };
  const host = set?.host ?? "One is set";
  if (set?.fromEnvironment === true) return <FromEnvironment label={WEBHOOK} variable="NURTUREHUB_ALERT_WEBHOOK" value={host} />;
  const help = "Told as JSON when a connection starts to fail, and when it recovers, as you are here.";
  return (
    <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
      <TextField
        label={WEBHOOK}
        help={set === null ? help : `${help} ${host} is told now; the rest of its address is a secret and is not shown. Typing another replaces it.`}
        type="url"
        optional
        placeholder={set === null ? "https://" : `https://${host}/…`}
        value={typed}
        error={error?.replaceAll("`", "")}
        onChange={setTyped}
        after={
          <>
            <Button type="submit" disabled={typed.trim() === ""} aria-label={`${set === null ? "Save" : "Replace"}: ${WEBHOOK}`}>
              {set === null ? "Save" : "Replace"}
            </Button>
            {set !== null && (
              <Button aria-label={`Remove: ${WEBHOOK}`} onClick={() => void keep(null)}>
                Remove
              </Button>
            )}
          </>
        }
      />
    </form>
  );
}

/** The collector, or none. */
function CollectorForm({ preferences, named }: { preferences: Preferences; named: string | null }) {
  const actions = useActions();
  const kept = preferences.otlpEndpoint ?? "";
  const [typed, setTyped] = useState<string | null>(null);
  const [error, setError] = useState<string>();
  const address = typed ?? kept;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setError(undefined);
    try {
      await actions.keepPreference({ otlpEndpoint: address.trim() === "" ? null : address.trim() });
    } catch (failure) {
      setError(reportOf(failure).message);
      return;
    }
    setTyped(null);
    tell({ title: `${COLLECTOR}: ${address.trim() === "" ? "none any more" : "set"}`, tone: "ok", icon: "healthy" });
  };
  if (named !== null) return <FromEnvironment label={COLLECTOR} variable="NURTUREHUB_OTLP_ENDPOINT" value={named} />;
  return (
    <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
      <TextField
        label={COLLECTOR}
        help="Takes what was asked of CRMs and how long it took, by OpenTelemetry (OTLP over HTTP). A change takes effect when the app is next started."
        type="url"
        optional
        placeholder="https://"
        value={address}
        error={error?.replaceAll("`", "")}
        onChange={setTyped}
        after={
          <Button type="submit" disabled={address.trim() === kept} aria-label={`Save: ${COLLECTOR}`}>
            Save
          </Button>
        }
      />
    </form>
  );
}

/** What the environment names cannot be changed here. */
function FromEnvironment({ label, variable, value }: { label: string; variable: string; value: string }) {
  return (
    <TextField
      label={label}
      help={`The environment variable \`${variable}\` of this computer sets it, so that it cannot be changed here.`}
      value={value}
      readOnly
      optional
      onChange={() => undefined}
    />
  );
}
