/** Settings and credentials. What is secret is never shown: it can only be replaced. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import { ProviderFields, type Fold } from "../../connect/ProviderFields";
import { allAmiss, opensBrowser, split, startingAnswers } from "../../connect/form";
import { SignInWait } from "../../connect/SignInWait";
import type { ConnectionRow, ErrorReport, ProviderView } from "../../ipc/types";
import { useRead } from "../../ipc/cache";
import { reportOf } from "../../ipc/failure";
import { Button } from "../../kit/Button";
import { Dialog } from "../../kit/Dialog";
import { ErrorNotice, Notice } from "../../kit/Notice";
import { Facts, Panel } from "../../kit/Panel";
import { Prose } from "../../kit/Prose";
import { Time } from "../../kit/Time";
import { tell } from "../../kit/Toasts";
import { remedyOf } from "../../words/remedy";
import { saidOf } from "../../words/state";
import styles from "./Settings.module.css";

/** A sign-in is replaced by its secrets; what else is set is right, as a rule. */
const THE_REST: Fold = { title: "Other settings", holds: ({ secret, advanced }) => !secret || advanced };

type Props = { row: ConnectionRow; provider: ProviderView; open: boolean; onOpen: (open: boolean) => void };

export function CredentialsPanel({ row, provider, open, onOpen }: Props) {
  const { connection, health } = row;
  const { data: info } = useRead("appInfo", []);
  const set = provider.fields.filter((field) => !field.secret && connection.settings[field.key] !== undefined);
  return (
    <Panel
      title="Sign-in and settings"
      actions={
        <Button small icon="key" onClick={() => onOpen(true)}>
          Replace or sign in again
        </Button>
      }
    >
      <Facts
        facts={[
          { name: "Agency on NurtureHub", value: connection.tenant },
          ...set.map((field) => ({ name: field.label, value: connection.settings[field.key] ?? "" })),
          ...(typeof connection.settings.baseUrl === "string" && !set.some(({ key }) => key === "baseUrl")
            ? [{ name: "Address", value: <code>{connection.settings.baseUrl}</code> }]
            : []),
          { name: "Secrets", value: `Kept in ${info?.vault ?? "the keychain"}; never shown` },
          ...(health.tokenExpires ? [{ name: "Sign-in ends", value: <Time at={health.tokenExpires.at} /> }] : []),
        ]}
      />
      <p className={styles.quiet}>Connected <Time at={connection.createdAt} />.</p>
      <ReplaceDialog key={String(open)} row={row} provider={provider} open={open} onClose={() => onOpen(false)} />
    </Panel>
  );
}

function ReplaceDialog({ row, provider, open, onClose }: { row: ConnectionRow; provider: ProviderView; open: boolean; onClose: () => void }) {
  const { connection } = row;
  const actions = useActions();
  const { data: defaults } = useRead("connectDefaults", [provider.id], { enabled: open });
  const [answers, setAnswers] = useState(() => startingAnswers(provider, connection.settings));
  const [tried, setTried] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const [error, setError] = useState<ErrorReport | null>(null);
  // A secret that is left empty stays as it is.
  const held = { secretsHeld: provider.fields.filter((field) => field.secret).map((field) => field.key) };
  const wrong = tried ? allAmiss(provider.fields, answers, held) : {};
  const withBrowser = opensBrowser(provider, answers);

  const replaceThem = async () => {
    setTried(true);
    setError(null);
    if (Object.keys(allAmiss(provider.fields, answers, held)).length > 0) return;
    setWaiting(true);
    try {
      const { settings, secrets } = split(provider.fields, answers);
      await actions.attempt("reauthorize", connection.id, settings, secrets);
      tell({ title: "Signed in", text: `${connection.name} goes on where it stopped.`, tone: "ok", icon: "healthy" });
      onClose();
      void actions.verify(connection);
    } catch (failure) {
      setError(reportOf(failure));
    }
    setWaiting(false);
  };
  const close = () => {
    if (waiting && withBrowser) void actions.perform("cancelSignIn");
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={`Sign in to ${provider.name} again`}
      description="Contacts and place are kept. A secret that you leave empty stays as it is."
      actions={
        !waiting && (
          <>
            <Button onClick={onClose}>Leave as it is</Button>
            <Button look="primary" icon="key" onClick={() => void replaceThem()}>
              {withBrowser ? "Sign in in the browser" : "Replace and check"}
            </Button>
          </>
        )
      }
    >
      {error ? <ErrorNotice report={error} connection={connection.id} /> : <Refused row={row} />}
      {waiting ? (
        <SignInWait provider={provider.name} withBrowser={withBrowser} />
      ) : (
        <ProviderFields
          provider={provider}
          answers={answers}
          wrong={wrong}
          secretsHeld={defaults?.secretsHeld ?? []}
          fold={THE_REST}
          onChange={(key, value) => setAnswers((old) => ({ ...old, [key]: value }))}
        />
      )}
    </Dialog>
  );
}

/** What the CRM has refused, so that nobody has to guess what to type anew. */
function Refused({ row: { health } }: { row: ConnectionRow }) {
  const issue = health.issues.find((open) => remedyOf(open) === "signIn");
  if (!issue) return null;
  const said = saidOf(health, issue);
  return (
    <Notice tone="bad" icon="key" title={issue.title}>
      {said !== null && (
        <p>
          <Prose text={said} />
        </p>
      )}
      <p>
        <strong>What to do:</strong> <Prose text={issue.remedy} />
      </p>
    </Notice>
  );
}
