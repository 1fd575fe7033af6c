/** The last word before anything is sent: how many records go where. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import { to } from "../../app/route";
import type { ConnectionRow, PendingCounts } from "../../ipc/types";
import { useRead } from "../../ipc/cache";
import { Button, ButtonLink } from "../../kit/Button";
import { Dialog } from "../../kit/Dialog";
import { count, counted } from "../../kit/figures";
import { Notice } from "../../kit/Notice";
import { Facts } from "../../kit/Panel";
import { Prose } from "../../kit/Prose";

type Props = {
  row: ConnectionRow;
  summary: PendingCounts;
  /** Just these; empty for all that can be sent. */
  only: string[];
  open: boolean;
  onClose: () => void;
  onDone: () => void;
};

export function ConfirmPush({ row, summary, only, open, onClose, onDone }: Props) {
  const actions = useActions();
  const { data: platform } = useRead("platform", []);
  const [sending, setSending] = useState(false);
  const records = only.length > 0 ? only.length : summary.create + summary.update + summary.archive;
  const ready = platform?.url !== null && platform?.tokenStored === true;
  const push = () => {
    setSending(true);
    onClose();
    void actions.push(row.connection, only).finally(() => {
      setSending(false);
      onDone();
    });
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Send ${counted(records, "record")} to NurtureHub?`}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          {ready ? (
            <Button look="primary" icon="changes" busy={sending} onClick={push}>
              Send {count(records)}
            </Button>
          ) : (
            <ButtonLink to={to.settings} look="primary">
              Set the platform’s address
            </ButtonLink>
          )}
        </>
      }
    >
      <Facts
        facts={[
          { name: "From", value: `${row.connection.name} (${row.providerName})` },
          { name: "To the agency", value: row.connection.tenant },
          { name: "At", value: platform?.url ?? "no address is set" },
          ...(only.length > 0
            ? [{ name: "Records", value: `${count(only.length)} that you selected` }]
            : [
                { name: "Created there", value: count(summary.create) },
                { name: "Updated there", value: count(summary.update) },
                { name: "Archived there", value: count(summary.archive) },
              ]),
        ]}
      />
      <p>Just what the preview shows is sent. Records that NurtureHub refuses come back with their reason.</p>
      {row.unconfirmed !== null && (
        <Notice tone="warn" icon="warning" title="In part unconfirmed">
          <Prose text={row.unconfirmed} />
        </Notice>
      )}
    </Dialog>
  );
}
