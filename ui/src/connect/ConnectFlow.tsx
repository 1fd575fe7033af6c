/** The way from a form to a first sync. What was typed is kept through every failure. */
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import { useActions } from "../app/actions";
import type { ConnectDefaults, ConnectionView, ErrorReport, ProviderView } from "../ipc/types";
import { reportOf } from "../ipc/failure";
import { Button } from "../kit/Button";
import { ErrorNotice, Notice } from "../kit/Notice";
import { Panel } from "../kit/Panel";
import { Prose } from "../kit/Prose";
import { About } from "./About";
import styles from "./Connect.module.css";
import { ConnectionCheck, type CheckOutcome } from "./ConnectionCheck";
import { DetailsForm } from "./DetailsForm";
import { allAmiss, opensBrowser, split, startingAnswers } from "./form";
import { Progression } from "./Progression";
import { SignInWait } from "./SignInWait";

type Props = { provider: ProviderView; defaults: ConnectDefaults };
type Phase = { at: "details" } | { at: "signIn" } | { at: "check"; connection: ConnectionView };

export function ConnectFlow({ provider, defaults }: Props) {
  const actions = useActions();
  const [phase, setPhase] = useState<Phase>({ at: "details" });
  const [name, setName] = useState(defaults.name ?? "");
  const [tenant, setTenant] = useState(defaults.tenant ?? "");
  const [answers, setAnswers] = useState(() => startingAnswers(provider, defaults.settings));
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<ErrorReport | null>(null);
  const [outcome, setOutcome] = useState<CheckOutcome | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const isWaiting = useRef(false);
  const stage = useRef<HTMLDivElement>(null);
  const shown = useRef<Phase["at"]>("details");
  // What had the focus goes with its phase: the next phase takes it over.
  useEffect(() => {
    if (shown.current !== phase.at && !stage.current?.contains(document.activeElement)) stage.current?.focus();
    shown.current = phase.at;
  }, [phase.at]);
  // Nobody waits for the browser any more once this screen is left.
  useEffect(
    () => () => {
      if (isWaiting.current) void actions.perform("cancelSignIn");
    },
    [actions],
  );

  const wrong = tried ? allAmiss(provider.fields, answers, defaults) : {};
  const tenantWrong = tried && tenant.trim() === "" ? "The agency is needed." : undefined;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    if (tenant.trim() === "" || Object.keys(allAmiss(provider.fields, answers, defaults)).length > 0) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setPhase({ at: "signIn" });
    isWaiting.current = opensBrowser(provider, answers);
    try {
      const request = { provider: provider.id, tenant: tenant.trim(), name: name.trim() || null, ...split(provider.fields, answers) };
      const connection = await actions.attempt("connect", request);
      setPhase({ at: "check", connection });
      void check(connection);
    } catch (failure) {
      setError(reportOf(failure));
      setPhase({ at: "details" });
    }
    isWaiting.current = false;
  };
  const check = async ({ id }: ConnectionView) => {
    setOutcome(null);
    try {
      setOutcome({ report: await actions.check(id) });
    } catch (failure) {
      setOutcome({ error: reportOf(failure) });
    }
  };
  return (
    <div className={styles.flow}>
      <Progression at={phase.at} withBrowser={opensBrowser(provider, answers)} />
      <div ref={stage} tabIndex={-1} className={styles.stage}>
        {phase.at === "details" && (
          <>
            {error && <Failure report={error} />}
            {typeof provider.unconfirmed === "string" && (
              <Notice icon="warning" title="In part unconfirmed">
                <Prose text={provider.unconfirmed} />
              </Notice>
            )}
            <Panel label="Details">
              <form ref={form} className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
                <DetailsForm
                  provider={provider}
                  secretsHeld={defaults.secretsHeld}
                  name={name}
                  tenant={tenant}
                  tenantWrong={tenantWrong}
                  answers={answers}
                  wrong={wrong}
                  onName={setName}
                  onTenant={setTenant}
                  onAnswer={(key, value) => setAnswers((old) => ({ ...old, [key]: value }))}
                />
                <div className={styles.submit}>
                  <Button type="submit" look="primary" icon={opensBrowser(provider, answers) ? "external" : "key"}>
                    {opensBrowser(provider, answers) ? "Sign in" : "Connect"}
                  </Button>
                  {opensBrowser(provider, answers) && <span className={styles.quiet}>Opens {provider.name} in your browser.</span>}
                </div>
              </form>
            </Panel>
          </>
        )}
        {phase.at === "signIn" && <SignInWait provider={provider.name} withBrowser={opensBrowser(provider, answers)} />}
        {phase.at === "check" && (
          <ConnectionCheck connection={phase.connection} outcome={outcome} onAgain={() => void check(phase.connection)} />
        )}
      </div>
      <About provider={provider} />
    </div>
  );
}

function Failure({ report }: { report: ErrorReport }) {
  return report.kind === "signInCancelled" ? (
    <Notice icon="info" title={report.title}>
      What you typed is still here. <Prose text={report.remedy} />
    </Notice>
  ) : (
    <ErrorNotice report={report} />
  );
}
