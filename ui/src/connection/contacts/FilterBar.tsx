/** The search and the filters over a list of contacts. */
import type { ReactNode, Ref } from "react";

import type { Category, ChangeKind, ConsentState, ContactQuery, Lifecycle } from "../../ipc/types";
import { Icon } from "../../kit/Icon";
import { Select, type Choice } from "../../kit/Select";
import { CATEGORY_ORDER, categoryWord, changeWords, consentWords, LIFECYCLE_ORDER, lifecycleWord } from "../../words/contacts";
import styles from "./Contacts.module.css";

export type Filters = Omit<ContactQuery, "limit" | "offset" | "search"> & { search: string };

export const EVERYBODY: Filters = {
  search: "",
  category: null,
  lifecycle: null,
  consent: null,
  change: null,
  withIssues: false,
};

export function isNarrowed(filters: Filters): boolean {
  return JSON.stringify(filters) !== JSON.stringify(EVERYBODY);
}

type Props = { filters: Filters; onChange: (filters: Filters) => void; searchRef: Ref<HTMLInputElement>; children: ReactNode };

export function FilterBar({ filters, onChange, searchRef, children }: Props) {
  const set = (part: Partial<Filters>) => onChange({ ...filters, ...part });
  return (
    <search className={styles.bar}>
      <span className={styles.searchBox}>
        <Icon name="search" size={14} />
        <input
          ref={searchRef}
          type="search"
          aria-label="Search contacts"
          placeholder="Name, email, phone or postcode"
          value={filters.search}
          autoComplete="off"
          spellCheck={false}
          className={styles.search}
          onChange={(event) => set({ search: event.target.value })}
        />
      </span>
      <Select compact label="Category" value={filters.category ?? ALL} choices={CATEGORIES} onChange={(value) => set({ category: orNull<Category>(value) })} />
      <Select compact label="Lifecycle" value={filters.lifecycle ?? ALL} choices={LIFECYCLES} onChange={(value) => set({ lifecycle: orNull<Lifecycle>(value) })} />
      <Select compact label="Consent to email" value={filters.consent ?? ALL} choices={CONSENTS} onChange={(value) => set({ consent: orNull<ConsentState>(value) })} />
      <Select compact label="What a push would do" value={filters.change ?? ALL} choices={CHANGES} onChange={(value) => set({ change: orNull<ChangeKind>(value) })} />
      <button type="button" aria-pressed={filters.withIssues} className={styles.toggle} onClick={() => set({ withIssues: !filters.withIssues })}>
        <Icon name="warning" size={14} />
        With issues
      </button>
      {children}
    </search>
  );
}

/** Base UI's select has no empty choice, so "all" needs a word. */
const ALL = "all";

function orNull<T extends string>(value: T | typeof ALL): T | null {
  return value === ALL ? null : value;
}

type Choices<T extends string> = readonly Choice<T | typeof ALL>[];
const CATEGORIES: Choices<Category> = [
  { value: ALL, label: "Any category" },
  ...CATEGORY_ORDER.map((value) => ({ value, label: categoryWord(value) })),
];
const LIFECYCLES: Choices<Lifecycle> = [
  { value: ALL, label: "Any lifecycle" },
  ...LIFECYCLE_ORDER.map((value) => ({ value, label: lifecycleWord(value) })),
];
const CONSENTS: Choices<ConsentState> = [
  { value: ALL, label: "Any consent" },
  ...(["granted", "denied", "unknown"] as const).map((value) => ({ value, label: `Email: ${consentWords(value).word.toLowerCase()}` })),
];
const CHANGES: Choices<ChangeKind> = [
  { value: ALL, label: "Changed or not" },
  ...(["create", "update", "archive", "blocked", "unchanged"] as const).map((value) => ({ value, label: changeWords(value).word })),
];
