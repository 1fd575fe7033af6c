/** What the way to the CRM, or to NurtureHub, said after a run that failed, with its time. */
import type { Finding } from "../../ipc/types";
import { Panel } from "../../kit/Panel";
import { Time } from "../../kit/Time";
import { runKind } from "../../words/runs";
import { VerifySteps } from "./VerifySteps";

export function FindingPanel({ finding }: { finding: Finding }) {
  const { run, at, verification, notAsked } = finding;
  if (!verification && notAsked === null) return null;
  return (
    <Panel
      title={`What was found after the failed ${runKind(run.kind).toLowerCase()}`}
      sub={
        <>
          The {runKind(run.kind).toLowerCase()} began <Time at={run.startedAt} />
          {at !== null && (
            <>
              ; the steps were taken <Time at={at} />
            </>
          )}
          .
        </>
      }
    >
      {verification ? <VerifySteps steps={verification.steps} ofPlatform={verification.ofPlatform} /> : <p>{notAsked}</p>}
    </Panel>
  );
}
