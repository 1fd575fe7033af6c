/** Short news that goes away by itself; errors stay a while longer. */
import { Toast } from "@base-ui/react/toast";

import type { ErrorReport } from "../ipc/types";
import { ownerWords } from "../words/owner";
import { Button, IconButton } from "./Button";
import { Icon, type IconName } from "./Icon";
import { Prose } from "./Prose";
import type { Tone } from "./Status";
import styles from "./Toasts.module.css";

type Extra = { tone: Tone; icon: IconName; owner?: string; action?: { label: string; run: () => void } };
export type News = { title: string; text?: string } & Extra;

const manager = Toast.createToastManager<Extra>();

/** Tells something. */
export function tell({ title, text, ...data }: News): void {
  manager.add({
    title,
    description: text,
    data,
    // What is wrong stands on the screen of the connection, too: news of it need not stay.
    timeout: data.tone === "bad" ? 15_000 : 6000,
  });
}

/** Tells an error: what, why, what to do, and who. */
export function tellError(report: ErrorReport, action?: { label: string; run: () => void }): void {
  tell({
    title: report.title,
    text: `${report.message} ${report.remedy}`,
    owner: ownerWords(report.owner),
    tone: "bad",
    icon: "failing",
    ...(action ? { action } : {}),
  });
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={2}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts, close } = Toast.useToastManager<Extra>();
  return toasts.map((toast) => {
    const data = toast.data;
    return (
      <Toast.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection="right">
        <span className={[styles.mark, styles[data?.tone ?? "calm"]].join(" ")}>
          <Icon name={data?.icon ?? "info"} />
        </span>
        <div className={styles.text}>
          <Toast.Title className={styles.title} render={<p />} />
          {typeof toast.description === "string" && (
            <Toast.Description className={styles.description}>
              <Prose text={toast.description} />
            </Toast.Description>
          )}
          {data?.owner !== undefined && <p className={styles.owner}>{data.owner}</p>}
          {data?.action && (
            <Button
              small
              className={styles.action}
              onClick={() => {
                data.action?.run();
                close(toast.id);
              }}
            >
              {data.action.label}
            </Button>
          )}
        </div>
        <IconButton icon="cross" label="Dismiss" small onClick={() => close(toast.id)} />
      </Toast.Root>
    );
  });
}
