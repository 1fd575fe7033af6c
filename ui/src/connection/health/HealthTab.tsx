/** How a connection is, why, and what it has done. */
import { useRemedy } from "../../app/remedy";
import { replace, to } from "../../app/route";
import type { ConnectionRow } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { Notice } from "../../kit/Notice";
import { Panel } from "../../kit/Panel";
import { Prose } from "../../kit/Prose";
import { isOfRemovals, remedyIn, remedyLabel } from "../../words/remedy";
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
      {/* A sync of changes that went well ends the issue, and leaves the removals. */}
      {doubt !== null && doubt.held > 0 && !health.issues.some((issue) => isOfRemovals(issue, doubt)) && (
        <Notice
          tone="warn"
          icon="warning"
          title="Removals wait for you"
          actions={<Button onClick={() => show("removals")}>Review removals</Button>}
        >
          <Prose text={doubt.message} /> Nothing was removed.
        </Notice>
      )}
      <IssueList
        health={health}
        doubt={doubt}
        action={(issue) => {
          const remedy = remedyIn(row, issue);
          // The bundle has its own button beside every issue.
          return (
            remedy !== "bundle" && (
              <Button look="primary" onClick={() => start(remedy)}>
                {remedyLabel(remedy)}
              </Button>
            )
          );
        }}
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
