import { text } from '@greenvue/jobs/http';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../db/schema.ts';

/** One change: who did what, to what. */
export interface AuditRecord {
  /** Increases within a source. */
  readonly id: number;
  readonly at: number;
  readonly actor: string;
  /** Name for people; undefined if the source does not store it. */
  readonly actorName: string | undefined;
  readonly action: string;
  readonly target: string;
  /** JSON. */
  readonly change: unknown;
}

/** Filters with exact matches; an absent one matches all. */
export interface AuditFilters {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
}

/** A log of changes that can be merged with others. */
export interface AuditSource {
  /** Name of the source. It is part of cursors: never rename one. */
  readonly name: string;
  /**
   * At most `limit` records that match, newest first (by `at`, then by `id`), all of them older than
   * `before`.
   */
  list(query: {
    readonly before: { readonly at: number; readonly id: number };
    readonly limit: number;
    readonly filters: AuditFilters;
  }): Promise<readonly AuditRecord[]>;
}

/** Where a page of the merged log ends: all sources in one order, by time, then by source, then by id. */
export const auditPosition = z.tuple([z.int(), text({ max: 64 }), z.int()]);
export type AuditPosition = z.output<typeof auditPosition>;

export interface AuditPage {
  readonly records: readonly (AuditRecord & { readonly source: string })[];
  /** Absent on the last page. */
  readonly next: AuditPosition | undefined;
}

/** A page of all sources together, newest first. */
export async function listAudit(
  sources: readonly AuditSource[],
  query: {
    readonly before: AuditPosition | undefined;
    readonly limit: number;
    readonly filters: AuditFilters;
  },
): Promise<AuditPage> {
  const lists = await Promise.all(
    sources.map(async (source) => {
      // One more than requested shows whether there is a next page.
      const limit = query.limit + 1;
      const before = boundOf(source.name, query.before);
      const records = await source.list({ before, limit, filters: query.filters });
      return records.map((record) => ({ ...record, source: source.name }));
    }),
  );
  const merged = lists.flat().sort(newestFirst);
  const records = merged.slice(0, query.limit);
  const last = records.at(-1);
  const next = merged.length > query.limit && last ? positionOf(last) : undefined;
  return { records, next };
}

type Sourced = AuditRecord & { readonly source: string };

function newestFirst(a: Sourced, b: Sourced): number {
  if (a.at !== b.at) return b.at - a.at;
  if (a.source !== b.source) return a.source < b.source ? 1 : -1;
  return b.id - a.id;
}

const positionOf = (record: Sourced): AuditPosition => [record.at, record.source, record.id];

/** The latest time of a `Date` (ms). */
const LATEST_DATE = 8_640_000_000_000_000;

/**
 * At the same instant, sources that come first by name are still to be shown, and sources that come later are
 * done.
 */
function boundOf(source: string, position: AuditPosition | undefined): { at: number; id: number } {
  if (position === undefined) return { at: LATEST_DATE, id: Number.MAX_SAFE_INTEGER };
  const [at, name, id] = position;
  if (source === name) return { at, id };
  // Ids begin at 1.
  return { at, id: source < name ? Number.MAX_SAFE_INTEGER : 0 };
}

/** The audit log of GreenVue's own changes. */
export function createAppAudit(database: Kysely<Database>): AuditSource {
  return {
    name: 'app',
    list: async ({ before, limit, filters }) => {
      let query = database
        .selectFrom('audit')
        .selectAll()
        .where((eb) => eb(eb.refTuple('at', 'id'), '<', eb.tuple(before.at, before.id)))
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (filters.actor !== undefined) query = query.where('actor', '=', filters.actor);
      if (filters.action !== undefined) query = query.where('action', '=', filters.action);
      if (filters.target !== undefined) query = query.where('target', '=', filters.target);
      const rows = await query.execute();
      return rows.map(({ actor_name, change, ...row }) => ({
        ...row,
        actorName: actor_name,
        change: change === null ? null : JSON.parse(change),
      }));
    },
  };
}
