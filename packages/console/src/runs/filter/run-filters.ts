import type { RunsQuery } from '@greenvue/jobs/client';
import { instantIn, RANGE_NAMES, rangeNameIn, rangeStart } from '../../ui/range/range.ts';
import { RUN_REASONS, RUN_STATUSES } from '../../ui/status/statuses.ts';

/** Filters that are texts, by their name in the URL and in the REST API. The server checks them. */
const TEXTS = ['job_id', 'type', 'tag', 'node', 'error', 'fingerprint', 'backfill_id', 'payload'] as const;
export type TextFilterName = (typeof TEXTS)[number];

export const TRIGGERS = ['schedule', 'manual', 'backfill', 'chain'] as const;

/** What the time is of, besides when a run was queued. */
export const TIMES = ['ran', 'ended'] as const;

const LONGEST_TEXT = 500;

type Status = (typeof RUN_STATUSES)[number];

/** A filter by time. */
export interface TimeRange {
  /** One that ends now. */
  readonly range?: (typeof RANGE_NAMES)[number];
  /** RFC 3339. Ignored with `range`. */
  readonly from?: string;
  readonly to?: string;
}

/** The filters of the list of all runs. */
export interface RunFilters extends TimeRange, Readonly<Partial<Record<TextFilterName, string>>> {
  /** An empty list matches all statuses. */
  readonly statuses: readonly Status[];
  readonly reason?: (typeof RUN_REASONS)[number];
  readonly trigger?: (typeof TRIGGERS)[number];
  /**
   * What `range`, `from` and `to` are about: when a run was running, or ended. Absent: when it was queued.
   */
  readonly time?: (typeof TIMES)[number];
}

/** Changes to some filters; `undefined` removes one. */
export type RunFilterChange = { readonly [K in keyof RunFilters]?: RunFilters[K] | undefined };

/** The filters in a URL's query. Ignores unknown keys and values. */
export function readFilters(search: string): RunFilters {
  const query = new URLSearchParams(search);
  const texts: Partial<Record<TextFilterName, string>> = {};
  for (const name of TEXTS) {
    const text = cleanText(query.get(name) ?? '');
    if (text !== '') texts[name] = text;
  }
  const wanted = query.getAll('status');
  const reason = RUN_REASONS.find((known) => known === query.get('reason'));
  const trigger = TRIGGERS.find((known) => known === query.get('trigger'));
  const time = TIMES.find((known) => known === query.get('time'));
  return {
    ...texts,
    statuses: RUN_STATUSES.filter((status) => wanted.includes(status)),
    ...(reason === undefined ? {} : { reason }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(time === undefined ? {} : { time }),
    ...readTime(query),
  };
}

/** The time in a URL's query. */
export function readTime(query: URLSearchParams): TimeRange {
  const range = rangeNameIn(query, RANGE_NAMES);
  if (range !== undefined) return { range };
  const [from, to] = [instantIn(query, 'from'), instantIn(query, 'to')];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** The query for a URL, without `?`; empty without filters. */
export function writeFilters(filters: RunFilterChange): string {
  const query = new URLSearchParams();
  for (const status of filters.statuses ?? []) query.append('status', status);
  for (const name of [...TEXTS, 'reason', 'trigger', 'time', 'range', 'from', 'to'] as const) {
    const value = filters[name];
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  return query.toString();
}

/** What to ask the server for. `now`: the end of a range that ends now, in ms. */
export function runsQuery({ statuses, range, ...rest }: RunFilters, now: number): RunsQuery {
  return {
    ...rest,
    ...(statuses.length === 0 ? {} : { status: [...statuses] }),
    ...(range === undefined ? {} : { from: rangeStart(range, now) }),
  };
}

/** A typed field of a payload as the server takes it: `customer_id = 42` is `customer_id:42`. */
export function payloadField(typed: string): string {
  return typed.replace(/^\s*([^:=]*?)\s*[:=]\s*/, '$1:');
}

/** A typed text as the server takes it: trimmed, bounded, without characters that no run contains. */
export function cleanText(typed: string): string {
  return typed.replaceAll('\0', '').toWellFormed().trim().slice(0, LONGEST_TEXT);
}
