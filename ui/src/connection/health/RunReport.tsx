/** What a run reported: outcome, counts, proof, error. */
import type { ReactNode } from "react";

import type { ErrorReport, Json, PushReport, RunDetail, SyncReport, VerifyReport, WebhookReport, WriteBackResult } from "../../ipc/types";
import { count, duration } from "../../kit/figures";
import type { IconName } from "../../kit/Icon";
import { ErrorNotice, Notice } from "../../kit/Notice";
import { Facts, type Fact } from "../../kit/Panel";
import { Prose } from "../../kit/Prose";
import { Status, type Tone } from "../../kit/Status";
import { Time } from "../../kit/Time";
import { runStatus } from "../../words/runs";
import styles from "./Health.module.css";
import { RunSplit } from "./RunSplit";
import { VerifySteps } from "./VerifySteps";

export function RunReport({ run, actions }: { run: RunDetail; actions?: ReactNode }) {
  const { word, icon, tone } = runStatus(run.status);
  const error = errorOf(run.report);
  return (
    <div className={styles.runView}>
      <div className={styles.runHead}>
        <Status tone={tone} icon={icon}>
          {word}
        </Status>
        {actions}
      </div>
      {error && <ErrorNotice report={error} />}
      {run.kind === "sync" && <SyncPart report={run.report as Partial<SyncReport>} took={tookOf(run)} isWhole={run.status === "succeeded" || run.status === "partial"} />}
      {run.kind === "push" && <PushPart report={run.report as Partial<PushReport>} />}
      {run.kind === "verify" && <CheckPart report={run.report as Partial<VerifyReport>} />}
      {run.kind === "writeBack" && <WriteBackPart report={run.report as WrittenBack} />}
      {run.kind === "webhook" && <WebhookPart report={run.report as Partial<WebhookReport>} />}
      {run.kind === "keepAlive" && !error && run.status === "succeeded" && (
        <p>The sign-in was renewed before it could end by lying idle. Nobody needs to do anything.</p>
      )}
      <RunSplit kind={run.kind} report={run.report} />
    </div>
  );
}

type SyncPartProps = {
  report: Partial<SyncReport>;
  took: number | undefined;
  /** It came to its end. One that did not proves nothing but how far it came. */
  isWhole: boolean;
};

function SyncPart({ report, took, isWhole }: SyncPartProps) {
  const { proof, inDoubt, drift } = report;
  const facts: Fact[] = [
    ...(report.mode ? [{ name: "Mode", value: report.mode === "full" ? "Everything" : "Only what changed" }] : []),
    ...figures(report, { created: "New", updated: "Changed", unchanged: "Unchanged", removed: "Gone", rejected: "Not readable", pages: "Pages", requests: "Requests" }),
    ...(took === undefined ? [] : [{ name: "Took", value: duration(took) }]),
  ];
  return (
    <>
      {inDoubt && (
        <Notice tone="warn" icon="warning" title="The result is in doubt">
          {inDoubt.message}
        </Notice>
      )}
      {drift?.map((gone) => (
        <Notice key={gone.field} tone="warn" icon="warning" title={`Contacts have lost their ${gone.field}`}>
          Hardly a contact has had it since the sync of <Time at={gone.since} />; until <Time at={gone.lastSeen} />{" "}
          {count(gone.percentBefore)} in a hundred had it.
        </Notice>
      ))}
      <Facts facts={facts} columns />
      {proof && (isWhole || proof.listed > 0) && (
        <Notice {...proofLook(proof.addsUp, isWhole)}>
          The CRM listed {count(proof.listed)}
          {typeof proof.sourceTotal === "number" && ` of the ${count(proof.sourceTotal)} it says it has`}; {count(proof.stored)}{" "}
          are stored and {count(proof.rejected)} could not be read.
          {typeof proof.shortBy === "number" && ` ${count(proof.shortBy)} are missing from the list.`}
        </Notice>
      )}
    </>
  );
}

function PushPart({ report }: { report: Partial<PushReport> }) {
  if (report.dryRun) return <Facts columns facts={figures(report, { wouldSend: "Would be sent" })} />;
  return (
    <>
      <Facts columns facts={figures(report, { sent: "Sent", accepted: "Accepted", unchanged: "Had it already", rejected: "Refused" })} />
      {report.rejections && report.rejections.length > 0 && (
        <ul className={styles.rejections} aria-label="Refused records">
          {report.rejections.map((rejection) => (
            <li key={rejection.externalId}>
              <code>{rejection.externalId}</code> {rejection.message}
            </li>
          ))}
          {report.rejectionsLeftOut ? <li>and {report.rejectionsLeftOut} more</li> : null}
        </ul>
      )}
    </>
  );
}

function CheckPart({ report }: { report: Partial<VerifyReport> }) {
  return <VerifySteps steps={report.steps ?? []} ofPlatform={report.ofPlatform} />;
}

/** What is kept of a write-back: its counts, and each activity that was not written. */
type WrittenBack = {
  written?: number;
  duplicate?: number;
  rejected?: number;
  unsupported?: number;
  refused?: WriteBackResult[];
};

function WriteBackPart({ report }: { report: WrittenBack }) {
  return (
    <>
      <Facts columns facts={figures(report, { written: "Written", duplicate: "Written before", rejected: "Refused", unsupported: "Not possible" })} />
      {report.refused && report.refused.length > 0 && (
        <ul className={styles.rejections} aria-label="Activities that were not written">
          {report.refused.map(({ id, error }) => (
            <li key={id}>
              <code>{id}</code> {error && <Prose text={error.message} />}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function WebhookPart({ report }: { report: Partial<WebhookReport> }) {
  return (
    <>
      <Facts
        columns
        facts={[
          ...(report.event ? [{ name: "Event", value: <code>{report.event}</code> }] : []),
          ...figures(report, { contacts: "Contacts", activities: "Activities" }),
        ]}
      />
      {typeof report.ignored === "string" && (
        <p className={styles.quiet}>
          <Prose text={report.ignored} />
        </p>
      )}
    </>
  );
}

function proofLook(addsUp: boolean, isWhole: boolean): { tone?: Tone; icon: IconName; title: string } {
  if (!addsUp) return { tone: "warn", icon: "warning", title: "The counts do not add up" };
  if (!isWhole) return { icon: "info", title: "Up to where it stopped, the counts add up" };
  return { tone: "ok", icon: "healthy", title: "The counts add up" };
}

/** How long a run took, in milliseconds, once it has ended. */
function tookOf({ startedAt, endedAt }: RunDetail): number | undefined {
  return endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined;
}

/** The counts that a report has, under their names. A run that failed early may lack some. */
function figures<R extends object>(report: R, names: { [key in keyof R]?: string }): Fact[] {
  return Object.entries(names).flatMap(([key, name]) => {
    const value = (report as Record<string, unknown>)[key];
    return typeof value === "number" ? [{ name: String(name), value: count(value) }] : [];
  });
}

function errorOf(report: Json): ErrorReport | undefined {
  const has = typeof report === "object" && report !== null && !Array.isArray(report);
  return has ? (report.error as ErrorReport | undefined) : undefined;
}
