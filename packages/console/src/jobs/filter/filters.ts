import type { Job } from '@greenvue/jobs/client';
import { UNHEALTHY } from '../../ui/status/unhealthy.ts';

export const STATUSES = ['active', 'paused', 'finished'] as const satisfies readonly Job['status'][];

export const HEALTHS = ['unhealthy', ...UNHEALTHY, 'paused', 'ok'] as const satisfies readonly (
  | Job['health']['status']
  | 'unhealthy'
)[];

export const SORT_FIELDS = ['id', 'name', 'next_run', 'last_run', 'created_at'] as const;

export type SortField = (typeof SORT_FIELDS)[number];
export type Sort = SortField | `-${SortField}`;

/** What the table shows, and in which order. */
export interface JobFilters {
  readonly q?: string;
  readonly type?: string;
  readonly status?: (typeof STATUSES)[number];
  readonly health?: (typeof HEALTHS)[number];
  readonly sort: Sort;
}

/** Some of the filters, anew; `undefined` takes one away. */
export type FilterChange = { readonly [K in keyof JobFilters]?: JobFilters[K] | undefined };

/** As the server bounds them. */
export const LONGEST_SEARCH = 200;
const LONGEST_TYPE = 100;

const DEFAULT_SORT: Sort = 'id';

/**
 * The filters that a URL's query asks for; what it has besides, and values unknown here, are as if they were
 * absent.
 */
export function readFilters(search: string): JobFilters {
  const query = new URLSearchParams(search);
  const q = searchText(query.get('q') ?? '');
  const type = bounded(query.get('type') ?? '', LONGEST_TYPE);
  const status = STATUSES.find((known) => known === query.get('status'));
  const health = HEALTHS.find((known) => known === query.get('health'));
  return {
    ...(q === '' ? {} : { q }),
    ...(type === '' ? {} : { type }),
    ...(status === undefined ? {} : { status }),
    ...(health === undefined ? {} : { health }),
    sort: readSort(query.get('sort')),
  };
}

/** The query for a URL, without its `?`; empty when nothing differs from what the page shows by itself. */
export function writeFilters({ q, type, status, health, sort }: JobFilters): string {
  const query = new URLSearchParams();
  if (q !== undefined) query.set('q', q);
  if (type !== undefined) query.set('type', type);
  if (status !== undefined) query.set('status', status);
  if (health !== undefined) query.set('health', health);
  if (sort !== DEFAULT_SORT) query.set('sort', sort);
  return query.toString();
}

/** What somebody typed as the server takes it: trimmed, bounded, without what no job can contain. */
export function searchText(typed: string): string {
  return bounded(typed.replaceAll('\0', '').toWellFormed(), LONGEST_SEARCH).trim();
}

/** Whether some jobs are left out; the order leaves out none. */
export function isFiltered({ q, type, status, health }: JobFilters): boolean {
  return q !== undefined || type !== undefined || status !== undefined || health !== undefined;
}

/** The same filters with some of them changed. */
export function changed(filters: JobFilters, change: FilterChange): JobFilters {
  const { q, type, status, health, sort } = { ...filters, ...change };
  return {
    ...(q === undefined ? {} : { q }),
    ...(type === undefined ? {} : { type }),
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

/** What a click on the header of `field` asks for: its own best order first, and the other one next. */
export function nextSort(sort: Sort, field: SortField): Sort {
  if (sort === firstSort(field)) return sort.startsWith('-') ? field : `-${field}`;
  return firstSort(field);
}

/** Of what lies behind, people look for the newest; of names and what is to come, for the first. */
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

/** Cut to a length in UTF-16 units, never through the middle of a character. */
function bounded(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '');
}
