/** Tabs that are places: the one that is open stands in the address. */
import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

import styles from "./Tabs.module.css";

export type Tab<T extends string> = { value: T; label: string; badge?: ReactNode };

type Props<T extends string> = {
  label: string;
  value: T;
  tabs: readonly Tab<T>[];
  onChange: (value: T) => void;
  children: ReactNode;
};

export function Tabs<T extends string>({ label, value, tabs, onChange, children }: Props<T>) {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(next as T)} className={styles.root}>
      <Base.List aria-label={label} className={styles.list} activateOnFocus={false}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className={styles.tab}>
            {tab.label}
            {tab.badge !== undefined && tab.badge !== null && <span className={styles.badge}>{tab.badge}</span>}
          </Base.Tab>
        ))}
      </Base.List>
      <Base.Panel value={value} className={styles.panel} tabIndex={-1}>
        {children}
      </Base.Panel>
    </Base.Root>
  );
}

type SegmentsProps<T extends string> = {
  label: string;
  value: T;
  choices: readonly { value: T; label: string; count?: string }[];
  onChange: (value: T) => void;
};

/** One of a few views of the same list. */
export function Segments<T extends string>({ label, value, choices, onChange }: SegmentsProps<T>) {
  return (
    <div role="group" aria-label={label} className={styles.segments}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          className={styles.segment}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
          {choice.count !== undefined && <span className={styles.count}>{choice.count}</span>}
        </button>
      ))}
    </div>
  );
}
