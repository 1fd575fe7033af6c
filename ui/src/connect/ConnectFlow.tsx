/** The way from a form to a first sync. What was typed is kept through every failure. */
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import { useActions } from "../app/actions";
import { go, to } from "../app/route";
import type { ConnectDefaults, ConnectionView, ErrorReport, ProviderView } from "../ipc/bindings";
import { reportOf } from "../ipc/failure";
import { useSteps } from "../ipc/live";
import { Button, ButtonLink } from "../kit/Button";
import { ErrorNotice, Notice } from "../kit/Notice";
import { Panel } from "../kit/Panel";
import { Prose } from "../kit/Prose";
import { VerifySteps } from "../connection/health/VerifySteps";
import { About } from "./About";
import styles from "./Connect.module.css";
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
  const form = useRef<HTMLFormElement>(null);

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
    try {
      const request = { provider: provider.id, tenant: tenant.trim(), name: name.trim() || null, ...split(provider.fields, answers) };
      const connection = await actions.attempt("connect", request);
      setPhase({ at: "check", connection });
      void actions.verify(connection, { quiet: true });
    } catch (failure) {
      setError(reportOf(failure));
      setPhase({ at: "details" });
    }
  };
  return (
    <div className={styles.flow}>
      <Progression at={phase.at} withBrowser={opensBrowser(provider, answers)} />
      <div className={styles.stage}>
        {phase.at === "details" && (
          <>
            {typeof provider.unconfirmed === "string" && (
              <Notice tone="warn" icon="warning" title="In part unconfirmed">
                <Prose text={provider.unconfirmed} />
              </Notice>
            )}
            {error && <Failure report={error} />}
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
        {phase.at === "check" && <Check connection={phase.connection} />}
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

function Check({ connection }: { connection: ConnectionView }) {
  const actions = useActions();
  const steps = useSteps(connection.id) ?? [];
  const isDone = steps.length >= 8;
  const isGood = isDone && steps.every((step) => step.status !== "failed");
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isGood) button.current?.focus();
  }, [isGood]);
  const sync = () => {
    go(to.connection(connection.id));
    void actions.sync(connection);
  };
  return (
    <Panel title={isGood ? `${connection.name} is connected` : `Checking ${connection.name}`}>
      <VerifySteps steps={steps} />
      <div className={styles.submit}>
        <Button ref={button} look="primary" icon="sync" disabled={!isGood} onClick={sync}>
          Run the first sync
        </Button>
        {isDone && !isGood && (
          <Button icon="verify" onClick={() => void actions.verify(connection, { quiet: true })}>
            Check again
          </Button>
        )}
        <ButtonLink to={to.connection(connection.id)} look="quiet">
          Later
        </ButtonLink>
      </div>
    </Panel>
  );
}
