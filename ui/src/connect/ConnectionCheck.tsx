/** A new connection is checked step by step; then its first sync can start. */
import { useEffect, useRef } from "react";

import { useActions } from "../app/actions";
import { go, to } from "../app/route";
import { VerifySteps } from "../connection/health/VerifySteps";
import type { ConnectionView, ErrorReport, VerifyReport } from "../ipc/types";
import { useSteps } from "../ipc/live";
import { Button, ButtonLink } from "../kit/Button";
import { ErrorNotice } from "../kit/Notice";
import { Panel } from "../kit/Panel";
import { ExportButton } from "../support/ExportButton";
import styles from "./Connect.module.css";

/** How a check ended: with a report, good or bad, or not at all. */
export type CheckOutcome = { report: VerifyReport } | { error: ErrorReport };

type Props = { connection: ConnectionView; outcome: CheckOutcome | null; onAgain: () => void };

export function ConnectionCheck({ connection, outcome, onAgain }: Props) {
  const actions = useActions();
  const live = useSteps(connection.id) ?? [];
  const steps = outcome && "report" in outcome ? outcome.report.steps : live;
  const isGood = outcome !== null && "report" in outcome && outcome.report.ok;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isGood) button.current?.focus();
  }, [isGood]);
  const sync = () => {
    actions.forgetCheck(connection.id);
    go(to.connection(connection.id));
    void actions.sync(connection);
  };
  return (
    <Panel title={titleOf(connection.name, outcome, isGood)}>
      {outcome && "error" in outcome && <ErrorNotice report={outcome.error} connection={connection.id} />}
      <VerifySteps steps={steps} />
      <div className={styles.submit}>
        <Button ref={button} look="primary" icon="sync" disabled={!isGood} onClick={sync}>
          Run the first sync
        </Button>
        {outcome !== null && !isGood && (
          <>
            <Button icon="verify" onClick={onAgain}>
              Check again
            </Button>
            <ButtonLink icon="key" to={to.connection(connection.id, "settings", "credentials")}>
              Change what you typed
            </ButtonLink>
            {"report" in outcome && <ExportButton connection={connection.id} />}
          </>
        )}
        <ButtonLink to={to.connection(connection.id)} look="quiet">
          Later
        </ButtonLink>
      </div>
    </Panel>
  );
}

function titleOf(name: string, outcome: CheckOutcome | null, isGood: boolean): string {
  if (outcome === null) return `Checking ${name}`;
  return isGood ? `${name} is connected` : `${name} does not work yet`;
}
