/** A person's word that contacts have gone: said once, with the number in sight. */
import { useActions } from "../../app/actions";
import type { ConnectionRow } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { count, counted } from "../../kit/figures";
import { Dialog } from "../../kit/Dialog";
import { Notice } from "../../kit/Notice";
import { Prose } from "../../kit/Prose";

type Props = { row: ConnectionRow; open: boolean; onClose: () => void };

export function ConfirmRemovals({ row, open, onClose }: Props) {
  const actions = useActions();
  const { connection, doubt } = row;
  const held = doubt?.held ?? 0;
  const confirm = () => {
    onClose();
    void actions.sync(connection, { full: true, confirmRemovals: true });
  };
  return (
    <Dialog
      open={open && doubt !== null}
      onClose={onClose}
      title={`Have ${counted(held, "contact")} really gone?`}
      description={doubt && <Prose text={doubt.message} />}
      actions={
        <>
          <Button onClick={onClose}>Keep holding them</Button>
          <Button look="danger" icon="sync" onClick={confirm}>
            List again and remove {count(held)}
          </Button>
        </>
      }
    >
      <p>
        {row.providerName} did not list them in the last full sync. Look in the CRM whether they were deleted or
        archived there. If you are not sure, keep holding them: nothing is lost.
      </p>
      <Notice>
        Confirming reads the whole list once more and removes what is still missing. On NurtureHub they are archived
        with the next push, and the preview shows each of them first.
      </Notice>
    </Dialog>
  );
}
