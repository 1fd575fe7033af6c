/** One run: what it did, whether its counts add up, what was found of its failure, and every request that it made. */
import { useActions } from "../../app/actions";
import type { RunDetail } from "../../ipc/types";
import { useRead } from "../../ipc/cache";
import { Button } from "../../kit/Button";
import { Drawer } from "../../kit/Dialog";
import { Time } from "../../kit/Time";
import { runKind } from "../../words/runs";
import { ReadError } from "../ReadError";
import styles from "./Health.module.css";
import { RunReport } from "./RunReport";
import { TraceTable } from "./TraceTable";
import { VerifySteps } from "./VerifySteps";

type Props = { connection: string; run: string | null; onClose: () => void };

export function RunDrawer({ connection, run, onClose }: Props) {
  const { data, error } = useRead("run", [run ?? ""], { enabled: run !== null });
  const actions = useActions();
  return (
    <Drawer
      open={run !== null}
      onClose={onClose}
      title={data ? runKind(data.kind) : "Run"}
      sub={
        data && (
          <>
            Started <Time at={data.startedAt} as="clock" /> · <code>{data.runId}</code>
          </>
        )
      }
    >
      {error && <ReadError connection={connection} error={error} />}
      {data && (
        <RunView
          run={data}
          actions={
            <Button icon="export" onClick={() => actions.exportBundle(connection, data.runId)}>
              Export bundle
            </Button>
          }
        />
      )}
    </Drawer>
  );
}

/** A run, from this computer or from a bundle. */
export function RunView({ run, actions }: { run: RunDetail; actions?: React.ReactNode }) {
  return (
    <div className={styles.runView}>
      <RunReport run={run} actions={actions} />
      {run.look && (
        <section aria-labelledby="look">
          <h2 id="look" className={styles.heading}>
            What was found afterwards
          </h2>
          <p className={styles.quiet}>
            The steps were taken <Time at={run.look.at} />.
          </p>
          <VerifySteps steps={run.look.verification.steps} ofPlatform={run.look.verification.ofPlatform} />
        </section>
      )}
      {run.requests.length > 0 && (
        <section aria-labelledby="requests">
          <h2 id="requests" className={styles.heading}>
            Requests
          </h2>
          <p className={styles.quiet}>Secrets and personal data are not in the trace: it holds patterns of paths, and no values.</p>
          <TraceTable requests={run.requests} />
        </section>
      )}
    </div>
  );
}
