/** Where news goes beside this screen: a webhook that is told of trouble, a collector of traces. */
import { useState, type SubmitEvent } from "react";

import { useActions } from "../app/actions";
import { reportOf } from "../ipc/failure";
import { useRead } from "../ipc/cache";
import type { Preferences, ReportingView } from "../ipc/types";
import { Button } from "../kit/Button";
import { TextField } from "../kit/Field";
import { Notice } from "../kit/Notice";
import { Panel } from "../kit/Panel";
import { tell } from "../kit/Toasts";
import styles from "./Settings.module.css";
import { Unread } from "./Unread";
import { usePreferences } from "./usePreferences";

type Key = "alertWebhook" | "otlpEndpoint";

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
          <AddressForm
            name="alertWebhook"
            label="Webhook for alerts"
            help="Told as JSON when a connection starts to fail, and when it recovers, as you are here."
            variable="NURTUREHUB_ALERT_WEBHOOK"
            preferences={preferences}
            reporting={reporting}
          />
          <AddressForm
            name="otlpEndpoint"
            label="Collector of traces"
            help="Takes what was asked of CRMs and how long it took, by OpenTelemetry (OTLP over HTTP). A change takes effect when the app is next started."
            variable="NURTUREHUB_OTLP_ENDPOINT"
            preferences={preferences}
            reporting={reporting}
          />
      </div>
    </Panel>
  );
}

type FormProps = {
  name: Key;
  label: string;
  help: string;
  variable: string;
  preferences: Preferences;
  reporting: ReportingView;
};

/** An address, or none. What the environment names cannot be changed here. */
function AddressForm({ name, label, help, variable, preferences, reporting }: FormProps) {
  const actions = useActions();
  const named = reporting[name] ?? null;
  const kept = preferences[name] ?? "";
  const [typed, setTyped] = useState<string | null>(null);
  const [error, setError] = useState<string>();
  const address = typed ?? kept;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setError(undefined);
    try {
      await actions.keepPreference({ [name]: address.trim() === "" ? null : address.trim() });
    } catch (failure) {
      const report = reportOf(failure);
      setError(report.message);
      return;
    }
    setTyped(null);
    tell({ title: `${label}: ${address.trim() === "" ? "none any more" : "set"}`, tone: "ok", icon: "healthy" });
  };
  if (named !== null) {
    return (
      <TextField
        label={label}
        help={`The environment variable \`${variable}\` of this computer sets it, so that it cannot be changed here.`}
        value={named}
        readOnly
        optional
        onChange={() => undefined}
      />
    );
  }
  return (
    <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
      <TextField
        label={label}
        help={help}
        type="url"
        optional
        placeholder="https://"
        value={address}
        error={error?.replaceAll("`", "")}
        onChange={setTyped}
        after={
          <Button type="submit" disabled={address.trim() === kept} aria-label={`Save: ${label}`}>
            Save
          </Button>
        }
      />
    </form>
  );
}
