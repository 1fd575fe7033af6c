/** What a push would send, field by field, and the way to send it. */
import { useState } from "react";

import { replace, to } from "../../app/route";
import type { ChangeKind, ChangeView, ConnectionRow, PendingCounts } from "../../ipc/types";
import { useRun } from "../../ipc/live";
import { PAGE, usePages } from "../../ipc/pages";
import { Button } from "../../kit/Button";
import { count, counted } from "../../kit/figures";
import { VirtualGrid } from "../../kit/grid/VirtualGrid";
import { Empty } from "../../kit/Notice";
import { Segments } from "../../kit/Tabs";
import { changeWords } from "../../words/contacts";
import frame from "../Connection.module.css";
import { ReadError } from "../ReadError";
import { SyncNow } from "../SyncNow";
import { ChangeDiff } from "./ChangeDiff";
import styles from "./Changes.module.css";
import { changeColumns, isHeld } from "./columns";
import { ConfirmPush } from "./ConfirmPush";
import { MOST, useSelection } from "./useSelection";

const KINDS = ["create", "update", "archive", "blocked"] as const;
type View = "all" | (typeof KINDS)[number];

type Props = { row: ConnectionRow; open: string | null };

export function ChangesTab({ row, open }: Props) {
  const { id } = row.connection;
  const view: View = KINDS.find((kind) => kind === open) ?? "all";
  const [opened, setOpened] = useState<{ change: ChangeView; index: number } | null>(null);
  const [confirming, setConfirming] = useState(false);
  const isRunning = useRun(id) !== undefined;
  const kind: ChangeKind | null = view === "all" ? null : view;
  const { picked, toggle, clear, selectAll } = useSelection(id, kind);
  const { head, error, isOutdated, pageAt, onRange } = usePages("preview", (limit, offset) => [id, kind, limit, offset]);
  const summary = head?.summary ?? row.pending;
  const sendable = summary.create + summary.update + summary.archive;
  const total = view === "all" ? sendable + summary.blocked : summary[view];
  const first = pageAt(0)?.changes[0];
  // Those that are held may stand before all that were refused.
  const hasRefused = summary.blocked > (row.doubt?.held ?? 0) || (first !== undefined && !isHeld(first));
  const isRefused = view === "blocked" && first !== undefined && hasRefused;

  const startAnew = () => {
    setOpened(null);
    clear();
  };
  const look = (next: View) => {
    startAnew();
    replace(to.connection(id, "changes", next === "all" ? undefined : next));
  };
  const close = () => {
    setConfirming(false);
    if (open === "push") replace(to.connection(id, "changes"));
  };
  const retry = async () => {
    if ((await selectAll()) > 0) setConfirming(true);
  };
  if (head && sendable + summary.blocked === 0) return <Nothing row={row} summary={summary} />;
  return (
    <div className={frame.fill}>
      <div className={frame.bar}>
        <Segments label="Changes to show" value={view} onChange={look} choices={choices(summary)} />
        <span className={frame.muted}>{count(summary.unchanged)} unchanged</span>
        <span className={[frame.bar, frame.push].join(" ")}>
          {picked.size > 0 ? (
            <Button look="quiet" onClick={clear}>
              Clear selection
            </Button>
          ) : (
            total > 0 && total <= MOST && (
              <Button look="quiet" onClick={() => void selectAll()}>
                Select all {count(total)}
              </Button>
            )
          )}
          {isRefused && picked.size === 0 ? (
            <Button look="primary" icon="sync" disabled={isRunning} onClick={() => void retry()}>
              Retry refused
            </Button>
          ) : (
            <Button look="primary" icon="changes" disabled={isRunning || (picked.size === 0 && sendable === 0)} onClick={() => setConfirming(true)}>
              {picked.size > 0 ? `Push ${count(picked.size)} selected` : `Push all ${count(sendable)}`}
            </Button>
          )}
        </span>
      </div>
      {error && <ReadError connection={id} error={error} />}
      <div className={styles.split}>
        <div className={frame.listBox}>
          <VirtualGrid
            key={view}
            label="Changes"
            columns={changeColumns(picked, toggle)}
            total={total}
            rowAt={(index) => pageAt(index)?.changes[index % PAGE]}
            onRange={onRange}
            onToggle={(change) => !isHeld(change) && toggle(change.externalId)}
            onOpen={(change, index) => setOpened({ change, index })}
            opened={opened?.index ?? 0}
            outdated={isOutdated}
          />
        </div>
        <ChangeDiff change={opened?.change ?? first ?? null} connection={id} />
      </div>
      <ConfirmPush row={row} summary={summary} only={[...picked]} open={(confirming || open === "push") && (picked.size > 0 || sendable > 0)} onClose={close} onDone={startAnew} />
    </div>
  );
}

function choices(summary: PendingCounts) {
  const all = KINDS.reduce((sum, kind) => sum + summary[kind], 0);
  return [
    { value: "all" as const, label: "All", count: count(all) },
    ...KINDS.map((kind) => ({ value: kind, label: changeWords(kind).word, count: count(summary[kind]) })),
  ];
}

function Nothing({ row, summary }: { row: ConnectionRow; summary: PendingCounts }) {
  if (row.contacts === 0) {
    return (
      <Empty icon="changes" title="Nothing to compare yet" actions={<SyncNow row={row} />}>
        The first sync brings the contacts in. Then this shows what would be sent to NurtureHub, field by field.
      </Empty>
    );
  }
  return (
    <Empty icon="healthy" title="NurtureHub has everything">
      {counted(summary.unchanged, "contact")} there {summary.unchanged === 1 ? "is" : "are"} as here. Changes show here after
      the next sync.
    </Empty>
  );
}
