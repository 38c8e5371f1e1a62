import { useSearchParams } from 'wouter';
import { type AlertCondition, CONDITIONS, STATUS_WORDS } from './condition-words.ts';
import type { DeliveriesFilter } from './use-channels.ts';

/** The page of the channels with the alerts of a filter. */
export function deliveriesPath(filter: DeliveriesFilter): string {
  return `/channels${written(filter)}`;
}

/** Keeps the filter of the alerts in the URL, so that links and the Back button restore it. */
export function useDeliveriesFilter() {
  const [search, setSearch] = useSearchParams();
  const filter = filterIn(search);
  const change = (part: DeliveriesFilter) => setSearch(new URLSearchParams(written({ ...filter, ...part })));
  return [filter, change] as const;
}

function filterIn(search: URLSearchParams): DeliveriesFilter {
  const channel = search.get('channel') ?? '';
  const status = statusOf(search.get('status'));
  const condition = conditionOf(search.get('condition'));
  return {
    ...(channel === '' ? {} : { channel }),
    ...(status === undefined ? {} : { status }),
    ...(condition === undefined ? {} : { condition }),
  };
}

export function conditionOf(text: string | null): AlertCondition | undefined {
  return CONDITIONS.find((known) => known === text);
}

export function statusOf(text: string | null): DeliveriesFilter['status'] {
  return text !== null && isStatus(text) ? text : undefined;
}

function isStatus(text: string): text is keyof typeof STATUS_WORDS {
  return Object.hasOwn(STATUS_WORDS, text);
}

function written(filter: DeliveriesFilter): string {
  const set = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(set.map(([name, value]) => [name, String(value)]));
  return query.size === 0 ? '' : `?${query}`;
}
