/** Something that a person should know, where it matters: an error with its remedy, a warning, a
 *  fact; and what stands where there is nothing yet. */
import type { ReactNode } from "react";

import type { ErrorReport } from "../ipc/types";
import { ExportButton } from "../support/ExportButton";
import { ownerWords } from "../words/owner";
import { Icon, type IconName } from "./Icon";
import styles from "./Notice.module.css";
import { Prose } from "./Prose";
import type { Tone } from "./Status";

type Props = { tone?: Tone; icon?: IconName; title?: string; children?: ReactNode; actions?: ReactNode };

export function Notice({ tone = "calm", icon = "info", title, children, actions }: Props) {
  return (
    <div className={[styles.notice, styles[tone]].join(" ")}>
      <Icon name={icon} className={styles.icon} />
      <div className={styles.text}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

type ErrorProps = {
  report: ErrorReport;
  /** The connection that it befell, whose bundle is then one click away. */
  connection?: string | undefined;
  actions?: ReactNode;
};

/** An error: what, why, what to do, and who. */
export function ErrorNotice({ report, connection, actions }: ErrorProps) {
  const buttons = (
    <>
      {actions}
      {connection !== undefined && <ExportButton connection={connection} />}
    </>
  );
  const hasButtons = actions !== undefined || connection !== undefined;
  return (
    <div role="alert">
      <Notice tone="bad" icon="failing" title={report.title} actions={hasButtons ? buttons : undefined}>
        <p>
          <Prose text={report.message} />
        </p>
        <p className={styles.remedy}>
          <strong>What to do:</strong> <Prose text={report.remedy} />
        </p>
        <p className={styles.owner}>{ownerWords(report.owner)}</p>
      </Notice>
    </div>
  );
}

type EmptyProps = { icon: IconName; title: string; children?: ReactNode; actions?: ReactNode };

/** Nothing here: why, and what would bring something. */
export function Empty({ icon, title, children, actions }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <span className={styles.emptyIcon}>
        <Icon name={icon} size={20} />
      </span>
      <p className={styles.emptyTitle}>{title}</p>
      {children !== undefined && <div className={styles.emptyText}>{children}</div>}
      {actions !== undefined && <div className={styles.emptyActions}>{actions}</div>}
    </div>
  );
}
