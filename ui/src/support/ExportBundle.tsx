/** What a bundle would hold, line by line, before it is saved. */
import { useEffect, useState } from "react";

import { useActions } from "../app/actions";
import type { BundleDraft, ErrorReport } from "../ipc/types";
import { useRead } from "../ipc/cache";
import { reportOf } from "../ipc/failure";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { ErrorNotice } from "../kit/Notice";
import { Prose } from "../kit/Prose";
import { tell } from "../kit/Toasts";
import type { ExportWish } from "./exporting";
import { Manifest } from "./Manifest";
import styles from "./Support.module.css";

type Props = { wish: ExportWish | null; onClose: () => void };

export function ExportBundle({ wish, onClose }: Props) {
  return wish && <Exporting key={`${wish.connection} ${String(wish.run)}`} wish={wish} onClose={onClose} />;
}

function Exporting({ wish, onClose }: { wish: ExportWish; onClose: () => void }) {
  const actions = useActions();
  const { data: row } = useRead("connection", [wish.connection]);
  const [draft, setDraft] = useState<BundleDraft | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const [saving, setSaving] = useState(false);
  useEffect(() => {
    let isOpen = true;
    actions.attempt("prepareBundle", wish.connection, wish.run).then(
      (prepared) => isOpen && setDraft(prepared),
      (failure: unknown) => isOpen && setError(reportOf(failure)),
    );
    return () => {
      isOpen = false;
    };
  }, [actions, wish]);

  const save = async (id: string) => {
    setSaving(true);
    setError(null);
    try {
      const file = await actions.attempt("saveBundle", id);
      if (file !== null) {
        tell({ title: "Bundle saved", text: `\`${file}\` can be sent to NurtureHub’s support.`, tone: "ok", icon: "healthy" });
        onClose();
      }
    } catch (failure) {
      setError(reportOf(failure));
    }
    setSaving(false);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title={row ? `Export a bundle of ${row.connection.name}` : "Export a bundle"}
      description="It tells support what happened here, without secrets and without personal data. This is all that it holds; nothing is sent."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" icon="export" busy={saving} disabled={draft === null} onClick={() => draft && void save(draft.id)}>
            Save bundle
          </Button>
        </>
      }
    >
      {error && <ErrorNotice report={error} />}
      <div className={styles.draft}>
        {draft && (
          <>
            <Manifest manifest={draft.manifest} />
            <p className={styles.sum}>
              {draft.replayable
                ? "Support can replay what was recorded, and see the same failure without your CRM."
                : <Prose text={`There is nothing to replay. ${draft.manifest.notReplayable ?? ""}`} />}
            </p>
          </>
        )}
        {!draft && !error && <p className={styles.sum}>Putting the bundle together…</p>}
      </div>
    </Dialog>
  );
}
