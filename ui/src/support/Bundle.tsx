/** A bundle, read with the same views as a connection of this computer. */
import { useState } from "react";

import { useActions } from "../app/actions";
import { FindingPanel } from "../connection/health/FindingPanel";
import { HealthFacts } from "../connection/health/HealthFacts";
import { IssueList } from "../connection/health/IssueList";
import { RunView } from "../connection/health/RunDrawer";
import { TraceTable } from "../connection/health/TraceTable";
import type { BundleReplay, BundleView, FailurePoint } from "../ipc/types";
import { Button } from "../kit/Button";
import { counted } from "../kit/figures";
import { ErrorNotice, Notice } from "../kit/Notice";
import { Facts, Panel } from "../kit/Panel";
import { Prose } from "../kit/Prose";
import { Time } from "../kit/Time";
import { Manifest } from "./Manifest";
import { RunList } from "./RunList";
import styles from "./Support.module.css";

export function Bundle({ bundle, onClose }: { bundle: BundleView; onClose: () => void }) {
  const actions = useActions();
  const [replayed, setReplayed] = useState<BundleReplay | null>(null);
  const [working, setWorking] = useState(false);
  const replay = async () => {
    setWorking(true);
    setReplayed((await actions.perform("replayBundle", bundle.file)) ?? null);
    setWorking(false);
  };
  return (
    <div className={styles.stack}>
      <Panel
        title={bundle.connection}
        actions={
          <>
            <Button small onClick={onClose}>
              Close
            </Button>
            <Button small look="primary" icon="play" busy={working} disabled={bundle.exchanges === 0} onClick={() => void replay()}>
              Replay {counted(bundle.exchanges, "exchange")}
            </Button>
          </>
        }
      >
        <Facts
          columns
          facts={[
            { name: "CRM", value: bundle.providerName },
            { name: "Exported", value: <Time at={bundle.exportedAt} /> },
            { name: "App", value: bundle.appVersion },
            { name: "System", value: bundle.system },
            { name: "File", value: <code title={bundle.file}>{bundle.file.split(/[\\/]/).at(-1)}</code> },
          ]}
        />
      </Panel>
      {bundle.manifest.notReplayable && (
        <Notice title="This run cannot be replayed">
          <Prose text={bundle.manifest.notReplayable} />
        </Notice>
      )}
      {replayed && <Replayed replay={replayed} />}
      <IssueList health={bundle.health} />
      <Panel title="State when it was exported">
        <HealthFacts health={bundle.health} />
      </Panel>
      {bundle.run && (
        <Panel title="The run in question">
          <RunView run={bundle.run} />
        </Panel>
      )}
      {bundle.finding && <FindingPanel finding={bundle.finding} />}
      <Panel title="Run history" flush>
        <RunList runs={bundle.runs} />
      </Panel>
      <Panel title="Contents of the bundle">
        <div className={styles.contents}>
          <Manifest manifest={bundle.manifest} />
        </div>
      </Panel>
    </div>
  );
}

function Replayed({ replay }: { replay: BundleReplay }) {
  return (
    <Panel title="Replay">
      <div className={[styles.stack, styles.replay].join(" ")}>
        <Notice
          tone={replay.same ? "ok" : "warn"}
          icon={replay.same ? "healthy" : "warning"}
          title={replay.same ? "The same failure, seen here" : "It ended differently here"}
        >
          Recorded: <Ending kind={replay.recordedKind} at={replay.recordedAt} />. Replayed with this version:{" "}
          <Ending kind={replay.replayedKind} at={replay.replayedAt} />. No request left this computer.
          {replay.onlyRecorded && <Prose text={` ${replay.onlyRecorded}`} />}
        </Notice>
        {replay.error && <ErrorNotice report={replay.error} />}
        <TraceTable requests={replay.requests} />
      </div>
    </Panel>
  );
}

/** How an exchange ended, and at which step. */
function Ending({ kind, at }: { kind: string | null; at: FailurePoint | null }) {
  return (
    <>
      <code>{kind ?? "success"}</code>
      {at && ` at ${at.step}`}
    </>
  );
}
