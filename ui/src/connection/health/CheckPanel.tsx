/** The check that goes on now, or was the last in this window. Its line stands here before one begins. */
import { useActions } from "../../app/actions";
import { useSteps } from "../../ipc/live";
import { IconButton } from "../../kit/Button";
import { Panel } from "../../kit/Panel";
import { ExportButton } from "../../support/ExportButton";
import { STEP_ORDER } from "../../words/runs";
import { VerifySteps } from "./VerifySteps";

export function CheckPanel({ connection }: { connection: string }) {
  const steps = useSteps(connection);
  const actions = useActions();
  if (!steps) {
    return (
      <Panel title="Check" sub="Verify tries each step of the way to the CRM and to NurtureHub.">
        {null}
      </Panel>
    );
  }
  const isOver = steps.length >= STEP_ORDER.length;
  const isGood = steps.every(({ status }) => status !== "failed");
  return (
    <Panel
      title={isOver ? (isGood ? "Every check passed" : "A check failed") : "Checking"}
      sub="Each step of the way to the CRM and to NurtureHub."
      actions={
        <>
          {!isGood && <ExportButton small connection={connection} />}
          <IconButton small icon="cross" label="Close the check" onClick={() => actions.forgetCheck(connection)} />
        </>
      }
    >
      <VerifySteps steps={steps} />
    </Panel>
  );
}
