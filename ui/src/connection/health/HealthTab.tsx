/** How a connection is, why, and what it has done. */
import { useRemedy } from "../../app/remedy";
import { replace, to } from "../../app/route";
import type { ConnectionRow } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { Notice } from "../../kit/Notice";
import { Panel } from "../../kit/Panel";
import { remedyLabel, remedyOf } from "../../words/remedy";
import styles from "../Connection.module.css";
import { CheckPanel } from "./CheckPanel";
import { ConfirmRemovals } from "./ConfirmRemovals";
import { FindingPanel } from "./FindingPanel";
import { HealthFacts } from "./HealthFacts";
import { IssueList } from "./IssueList";
import { RunDrawer } from "./RunDrawer";
import { RunHistory } from "./RunHistory";

type Props = { row: ConnectionRow; open: string | null };

export function HealthTab({ row, open }: Props) {
  const { connection, health, doubt, finding } = row;
  const start = useRemedy(row);
  const show = (what?: string) => replace(to.connection(connection.id, "health", what));
  return (
    <div className={styles.stack}>
      {doubt !== null && doubt.held > 0 && (
        <Notice
          tone="warn"
          icon="warning"
          title="Removals wait for you"
          actions={<Button onClick={() => show("removals")}>Review removals</Button>}
        >
          {doubt.message} Nothing was removed.
        </Notice>
      )}
      <IssueList
        health={health}
        action={(issue) =>
          // The bundle has its own button beside every issue.
          remedyOf(issue) !== "bundle" && (
            <Button look="primary" onClick={() => start(remedyOf(issue))}>
              {remedyLabel(remedyOf(issue))}
            </Button>
          )
        }
        onExport={() => start("bundle")}
      />
      {finding && (
        <>
          <CheckPanel connection={connection.id} />
          <FindingPanel finding={finding} />
        </>
      )}
      <Panel title="State">
        <HealthFacts health={health} schedule={row.schedule} />
      </Panel>
      {!finding && <CheckPanel connection={connection.id} />}
      <RunHistory connection={connection.id} recent={row.recent} onOpen={(run) => show(run)} />
      <RunDrawer connection={connection.id} run={open === "removals" ? null : open} onClose={() => show()} />
      <ConfirmRemovals row={row} open={open === "removals"} onClose={() => show()} />
    </div>
  );
}
