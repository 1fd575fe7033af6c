/** What a push would send, field by field, and the way to send it. */
import { useState } from "react";

import { replace, to } from "../../app/route";
import type { ChangeKind, ChangeView, ConnectionRow } from "../../ipc/bindings";
import { reportOf } from "../../ipc/failure";
import { useRun } from "../../ipc/live";
import { PAGE, usePages } from "../../ipc/pages";
import { Button } from "../../kit/Button";
import { count } from "../../kit/figures";
import { VirtualGrid, type GridColumn } from "../../kit/grid/VirtualGrid";
import { Empty, ErrorNotice } from "../../kit/Notice";
import { Status } from "../../kit/Status";
import { Segments } from "../../kit/Tabs";
import { changeWords, fieldWords } from "../../words/contacts";
import frame from "../Connection.module.css";
import { ChangeDiff } from "./ChangeDiff";
import styles from "./Changes.module.css";
import { ConfirmPush } from "./ConfirmPush";

const KINDS = ["create", "update", "archive", "blocked"] as const;
type View = "all" | (typeof KINDS)[number];

type Props = { row: ConnectionRow; open: string | null };

export function ChangesTab({ row, open }: Props) {
  const { id } = row.connection;
  const view: View = KINDS.find((kind) => kind === open) ?? "all";
  const [opened, setOpened] = useState<{ change: ChangeView; index: number } | null>(null);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [confirming, setConfirming] = useState(false);
  const isRunning = useRun(id) !== undefined;
  const kind: ChangeKind | null = view === "all" ? null : view;
  const { head, error, isOutdated, pageAt, onRange } = usePages("preview", (limit, offset) => [id, kind, limit, offset]);
  const summary = head?.summary ?? row.pending;
  const sendable = summary.create + summary.update + summary.archive;
  const total = view === "all" ? sendable + summary.blocked : summary[view];

  const look = (next: View) => {
    setOpened(null);
    setPicked(new Set());
    replace(to.connection(id, "changes", next === "all" ? undefined : next));
  };
  const pick = (externalId: string) =>
    setPicked((old) => {
      const next = new Set(old);
      if (!next.delete(externalId)) next.add(externalId);
      return next;
    });
  if (head && sendable + summary.blocked === 0) {
    return (
      <Empty icon="healthy" title="NurtureHub has everything">
        {count(summary.unchanged)} contacts are there as they are here. Changes show here after the next sync.
      </Empty>
    );
  }
  return (
    <div className={frame.fill}>
      <div className={frame.bar}>
        <Segments label="Changes to show" value={view} onChange={look} choices={choices(summary)} />
        <span className={frame.muted}>{count(summary.unchanged)} unchanged</span>
        <span className={frame.push}>
          <Button look="primary" icon="changes" disabled={isRunning || (picked.size === 0 && sendable === 0)} onClick={() => setConfirming(true)}>
            {picked.size > 0 ? `Push ${count(picked.size)} selected` : `Push all ${count(sendable)}`}
          </Button>
        </span>
      </div>
      {error && <ErrorNotice report={reportOf(error)} />}
      <div className={styles.split}>
        <div className={frame.listBox}>
          <VirtualGrid
            key={view}
            label="Changes"
            columns={columns(picked, pick)}
            total={total}
            rowAt={(index) => pageAt(index)?.changes[index % PAGE]}
            onRange={onRange}
            onOpen={(change, index) => setOpened({ change, index })}
            opened={opened?.index ?? null}
            outdated={isOutdated}
          />
        </div>
        <ChangeDiff change={opened?.change ?? pageAt(0)?.changes[0] ?? null} connection={id} />
      </div>
      <ConfirmPush row={row} summary={summary} only={[...picked]} open={confirming} onClose={() => setConfirming(false)} onDone={() => setPicked(new Set())} />
    </div>
  );
}

function choices(summary: Record<ChangeKind, number>) {
  const all = KINDS.reduce((sum, kind) => sum + summary[kind], 0);
  return [
    { value: "all" as const, label: "All", count: count(all) },
    ...KINDS.map((kind) => ({ value: kind, label: changeWords(kind).word, count: count(summary[kind]) })),
  ];
}

/** The columns; they change with what is selected. */
function columns(picked: ReadonlySet<string>, pick: (externalId: string) => void): GridColumn<ChangeView>[] {
  return [
    {
      id: "pick",
      header: <span className={styles.unseen}>Select</span>,
      width: "1.25rem",
      cell: (change) => (
        <input
          type="checkbox"
          aria-label={`Select ${change.fullName}`}
          checked={picked.has(change.externalId)}
          disabled={isHeld(change)}
          onChange={() => pick(change.externalId)}
          onClick={(event) => event.stopPropagation()}
          className={styles.box}
        />
      ),
    },
    {
      id: "kind",
      header: "Change",
      width: "6.5rem",
      cell: (change) => {
        const { word, icon, tone } = changeWords(change.kind);
        return (
          <Status tone={tone} icon={icon} plain>
            {word}
          </Status>
        );
      },
    },
    { id: "name", header: "Contact", width: "minmax(8rem, 1.2fr)", cell: (change) => <strong className={styles.name}>{change.fullName}</strong> },
    { id: "fields", header: "What differs", width: "minmax(8rem, 1.5fr)", cell: (change) => <span className={styles.fields}>{summaryOf(change)}</span> },
  ];
}

/** Its removal waits for a person's word; sending it again would change nothing. */
function isHeld({ blockedBy }: ChangeView): boolean {
  return blockedBy?.code === "removalHeld";
}

function summaryOf(change: ChangeView): string {
  if (change.blockedBy) return change.blockedBy.message;
  if (change.kind === "create") return "A new contact";
  const [first, ...others] = change.fields.map(({ field }) => fieldWords(field));
  if (first === undefined) return "";
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
