/** The rows of a long list that show, fetched page by page. */
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { useBackend } from "./backend";
import { reading, type Answer, type Arguments, type CommandName } from "./cache";

/** Rows in a page. */
export const PAGE = 100;

type Pages<K extends CommandName> = {
  /** The first page, for totals and what else stands beside the rows. */
  head: Answer<K> | undefined;
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
  // The first page is always there: without its total the list would lose its place in a jump.
  const pages = [0];
  for (let page = Math.max(1, range.first); page <= range.last; page += 1) pages.push(page);
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
    head: answers[0]?.data,
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    isOutdated: answers.some(({ isPlaceholderData }) => isPlaceholderData),
    pageAt: (index) => answers[pages.indexOf(Math.floor(index / PAGE))]?.data,
    onRange,
  };
}
