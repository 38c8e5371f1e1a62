import type { Job } from '@greenvue/jobs/client';
import { LIMITS } from '../../ui/limits.ts';
import { JOB_STATUSES, UNHEALTHY } from '../../ui/status/statuses.ts';

export const HEALTHS = ['unhealthy', ...UNHEALTHY, 'paused', 'ok'] as const satisfies readonly (
  | Job['health']['status']
  | 'unhealthy'
)[];

export const SORT_FIELDS = ['id', 'name', 'next_run', 'last_run', 'created_at'] as const;

export type SortField = (typeof SORT_FIELDS)[number];
export type Sort = SortField | `-${SortField}`;

/** The filters and the order of the table. */
export interface JobFilters {
  readonly q?: string;
  readonly type?: string;
  readonly tag?: string;
  readonly status?: (typeof JOB_STATUSES)[number];
  readonly health?: (typeof HEALTHS)[number];
  readonly sort: Sort;
}

/** Changes to some filters; `undefined` removes one. */
export type FilterChange = { readonly [K in keyof JobFilters]?: JobFilters[K] | undefined };

const DEFAULT_SORT: Sort = 'id';

/** The filters in a URL's query. Ignores unknown keys and values. */
export function readFilters(search: string): JobFilters {
  const query = new URLSearchParams(search);
  const q = searchText(query.get('q') ?? '');
  const type = bounded(query.get('type') ?? '', LIMITS.jobType);
  const tag = bounded(query.get('tag') ?? '', LIMITS.tag);
  const status = JOB_STATUSES.find((known) => known === query.get('status'));
  const health = HEALTHS.find((known) => known === query.get('health'));
  return {
    ...(q === '' ? {} : { q }),
    ...(type === '' ? {} : { type }),
    ...(isTag(tag) ? { tag } : {}),
    ...(status === undefined ? {} : { status }),
    ...(health === undefined ? {} : { health }),
    sort: readSort(query.get('sort')),
  };
}

/** The query for a URL, without `?`; empty if nothing differs from the defaults. */
export function writeFilters({ q, type, tag, status, health, sort }: JobFilters): string {
  const query = new URLSearchParams();
  if (q !== undefined) query.set('q', q);
  if (type !== undefined) query.set('type', type);
  if (tag !== undefined) query.set('tag', tag);
  if (status !== undefined) query.set('status', status);
  if (health !== undefined) query.set('health', health);
  if (sort !== DEFAULT_SORT) query.set('sort', sort);
  return query.toString();
}

/** Whether the server takes a text as a tag: a link may have any. */
function isTag(text: string): boolean {
  return /^[a-z0-9][a-z0-9._:-]{0,62}$/.test(text);
}

/** A typed search as the server takes it: trimmed, bounded, without characters that no job contains. */
export function searchText(typed: string): string {
  return bounded(typed.replaceAll('\0', '').toWellFormed(), LIMITS.search).trim();
}

/** Whether a filter is set. The order does not count. */
export function isFiltered({ q, type, tag, status, health }: JobFilters): boolean {
  return (
    q !== undefined || type !== undefined || tag !== undefined || status !== undefined || health !== undefined
  );
}

/** The filters with some of them changed. */
export function withChange(filters: JobFilters, change: FilterChange): JobFilters {
  const { q, type, tag, status, health, sort } = { ...filters, ...change };
  return {
    ...(q === undefined ? {} : { q }),
    ...(type === undefined ? {} : { type }),
    ...(tag === undefined ? {} : { tag }),
    ...(status === undefined ? {} : { status }),
    ...(health === undefined ? {} : { health }),
    sort: sort ?? DEFAULT_SORT,
  };
}

interface SortParts {
  readonly field: SortField;
  readonly isDescending: boolean;
}

export function sortParts(sort: Sort): SortParts {
  const field = SORT_FIELDS.find((name) => name === sort || `-${name}` === sort) ?? 'id';
  return { field, isDescending: sort.startsWith('-') };
}

/** The sort order after a click on the header of `field`: its default first, then the reverse. */
export function nextSort(sort: Sort, field: SortField): Sort {
  if (sort === firstSort(field)) return sort.startsWith('-') ? field : `-${field}`;
  return firstSort(field);
}

/** The default order: newest first for the past, ascending for names and the future. */
function firstSort(field: SortField): Sort {
  return field === 'last_run' || field === 'created_at' ? `-${field}` : field;
}

function readSort(value: string | null): Sort {
  for (const field of SORT_FIELDS) {
    if (value === field) return field;
    if (value === `-${field}`) return `-${field}`;
  }
  return DEFAULT_SORT;
}

/** Cuts a text to a length in UTF-16 units, but never inside a character. */
function bounded(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '');
}
