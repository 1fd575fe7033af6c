/** The page's frame: its head, its panels, its lists of facts. */
import type { ReactNode } from "react";

import styles from "./Panel.module.css";

type HeadProps = {
  /** What stands before the title and its line. */
  mark?: ReactNode;
  title: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
};

/** The head of a screen. */
export function PageHead({ mark, title, sub, actions }: HeadProps) {
  return (
    <header className={styles.pageHead}>
      {mark}
      <div className={styles.titles}>
        <h1 tabIndex={-1} id="page-title" className={styles.pageTitle}>
          {title}
        </h1>
        {sub !== undefined && <div className={styles.sub}>{sub}</div>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}

type PanelProps = {
  title?: ReactNode;
  /** Its name for a screen reader, where no title shows. */
  label?: string;
  sub?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The content reaches to the edges. */
  flush?: boolean;
};

export function Panel({ title, label, sub, actions, children, flush }: PanelProps) {
  return (
    <section className={styles.panel} aria-label={label ?? (typeof title === "string" ? title : undefined)}>
      {(title !== undefined || actions !== undefined) && (
        <header className={styles.panelHead}>
          <div>
            <h2>{title}</h2>
            {sub !== undefined && <p className={styles.panelSub}>{sub}</p>}
          </div>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      {children !== null && <div className={flush === true ? undefined : styles.panelBody}>{children}</div>}
    </section>
  );
}

export type Fact = { name: string; value: ReactNode };

/** Names and values, side by side. */
export function Facts({ facts, columns }: { facts: Fact[]; columns?: boolean }) {
  return (
    <dl className={columns === true ? styles.factColumns : styles.facts}>
      {facts.map(({ name, value }) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
