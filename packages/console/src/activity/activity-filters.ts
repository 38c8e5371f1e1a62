import type { JobAuditQuery } from '@greenvue/jobs/client';
import { cleanText, readTime, type TimeRange } from '../runs/filter/run-filters.ts';
import { rangeStart } from '../ui/range/range.ts';

const TEXTS = ['actor', 'action', 'job_id'] as const;

/** The filters of the list of changes. The server checks the texts. */
export interface ActivityFilters
  extends TimeRange,
    Readonly<Partial<Record<(typeof TEXTS)[number], string>>> {}

/** Changes to some filters; `undefined` removes one. */
export type ActivityFilterChange = { readonly [K in keyof ActivityFilters]?: ActivityFilters[K] | undefined };

/** The filters in a URL's query. Ignores unknown keys and values. */
export function readActivityFilters(search: string): ActivityFilters {
  const query = new URLSearchParams(search);
  const texts = TEXTS.map((name) => [name, cleanText(query.get(name) ?? '')] as const);
  return { ...Object.fromEntries(texts.filter(([, value]) => value !== '')), ...readTime(query) };
}

/** The query for a URL, without `?`; empty without filters. */
export function writeActivityFilters(filters: ActivityFilterChange): string {
  const query = new URLSearchParams();
  for (const name of [...TEXTS, 'range', 'from', 'to'] as const) {
    const value = filters[name];
    if (value !== undefined) query.set(name, String(value));
  }
  return query.toString();
}

/** What to ask the server for. `now`: the end of a range that ends now, in ms. */
export function auditQuery({ range, ...rest }: ActivityFilters, now: number): JobAuditQuery {
  return {
    ...rest,
    ...(range === undefined ? {} : { from: rangeStart(range, now) }),
  };
}
