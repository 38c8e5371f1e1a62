import type { RunsQuery } from '@greenvue/jobs/client';
import { RUN_REASONS, RUN_STATUSES } from '../../ui/status/statuses.ts';

/** Filters that are texts, by their name in the URL and in the REST API. The server checks them. */
const TEXTS = ['job_id', 'type', 'tag', 'node', 'error', 'fingerprint', 'backfill_id', 'payload'] as const;
export type TextFilterName = (typeof TEXTS)[number];

export const TRIGGERS = ['schedule', 'manual'] as const;

/** Ranges that end now, in hours. */
export const HOURS = [1, 24, 168, 2_160] as const;

const LONGEST_TEXT = 500;
export const HOUR_MS = 3_600_000;

type Status = (typeof RUN_STATUSES)[number];

/** A filter by time. */
export interface TimeRange {
  /** The last hours. */
  readonly hours?: (typeof HOURS)[number];
  /** RFC 3339. Ignored with `hours`. */
  readonly from?: string;
  readonly to?: string;
}

/** The filters of the list of all runs. `hours`, `from` and `to`: when the run was queued. */
export interface RunFilters extends TimeRange, Readonly<Partial<Record<TextFilterName, string>>> {
  /** Empty: any. */
  readonly statuses: readonly Status[];
  readonly reason?: (typeof RUN_REASONS)[number];
  readonly trigger?: (typeof TRIGGERS)[number];
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
  return {
    ...texts,
    statuses: RUN_STATUSES.filter((status) => wanted.includes(status)),
    ...(reason === undefined ? {} : { reason }),
    ...(trigger === undefined ? {} : { trigger }),
    ...readTime(query),
  };
}

/** The time in a URL's query. */
export function readTime(query: URLSearchParams): TimeRange {
  const hours = HOURS.find((known) => String(known) === query.get('hours'));
  if (hours !== undefined) return { hours };
  const from = instantIn(query.get('from'));
  const to = instantIn(query.get('to'));
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** The query for a URL, without `?`; empty without filters. */
export function writeFilters(filters: RunFilterChange): string {
  const query = new URLSearchParams();
  for (const status of filters.statuses ?? []) query.append('status', status);
  for (const name of [...TEXTS, 'reason', 'trigger', 'hours', 'from', 'to'] as const) {
    const value = filters[name];
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  return query.toString();
}

/** What to ask the server for. `now`: the end of a range of the last hours, in ms. */
export function runsQuery({ statuses, hours, ...rest }: RunFilters, now: number): RunsQuery {
  return {
    ...rest,
    ...(statuses.length === 0 ? {} : { status: [...statuses] }),
    ...(hours === undefined ? {} : { from: new Date(now - hours * HOUR_MS).toISOString() }),
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

function instantIn(text: string | null): string | undefined {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
