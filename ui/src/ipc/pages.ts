/** The rows of a long list that show, fetched page by page. */
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { useBackend } from "./backend";
import { reading, type Answer, type Arguments, type CommandName } from "./cache";

/** Rows in a page. */
export const PAGE = 100;

type Pages<K extends CommandName> = {
  /** The newest answer there is, for totals and what else stands beside the rows. */
  newest: Answer<K> | undefined;
  error: Error | null;
  /** What shows is of an older question. */
  isOutdated: boolean;
  pageAt: (index: number) => Answer<K> | undefined;
  onRange: (first: number, last: number) => void;
};

/** Reads the pages that cover the range which shows. */
export function usePages<K extends CommandName>(name: K, argumentsOf: (limit: number, offset: number) => Arguments<K>): Pages<K> {
  const backend = useBackend();
  const [range, setRange] = useState({ first: 0, last: 0 });
  const pages: number[] = [];
  for (let page = range.first; page <= range.last; page += 1) pages.push(page);
  const answers = useQueries({
    queries: pages.map((page) => ({
      ...reading(backend, name, argumentsOf(PAGE, page * PAGE)),
      placeholderData: keepPreviousData,
    })),
  });
  const onRange = useCallback((first: number, last: number) => {
    const next = { first: Math.floor(first / PAGE), last: Math.floor(last / PAGE) };
    setRange((old) => (old.first === next.first && old.last === next.last ? old : next));
  }, []);
  return {
    newest: (answers.find(({ data, isPlaceholderData }) => data !== undefined && !isPlaceholderData) ?? answers[0])?.data,
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    isOutdated: answers.some(({ isPlaceholderData }) => isPlaceholderData),
    pageAt: (index) => answers[Math.floor(index / PAGE) - range.first]?.data,
    onRange,
  };
}
