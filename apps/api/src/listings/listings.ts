import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { newId } from '../db/ids.ts';
import { type ListingFilters, matchesFilters } from '../db/listing-filters.ts';
import { recordListingChange } from '../db/outbox.ts';
import type { Condition, Database, ListingRow } from '../db/schema.ts';
import { createListingCleanup, type ListingCleanup } from './expiry.ts';

/** What a seller says of a listing. */
export interface ListingFields {
  readonly title: string;
  readonly description: string;
  /** Lower-case words joined by `-`. */
  readonly category: string;
  readonly priceCents: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly condition: Condition;
  readonly location: string | undefined;
}

/** A present field replaces the listing's; `location: null` takes it away. */
export type ListingChanges = {
  readonly [Field in Exclude<keyof ListingFields, 'location'>]?: ListingFields[Field] | undefined;
} & { readonly location?: string | null | undefined };

/** Where a page ends, newest first: the next one begins after it. */
export interface AgePosition {
  readonly createdAt: number;
  readonly seq: number;
}

export interface ListingQuery {
  readonly filters: ListingFilters;
  readonly limit: number;
  readonly after?: AgePosition | undefined;
}

/** What a list has of a listing. */
export type ListedRow = Omit<ListingRow, 'description'>;

export interface ListingPage {
  readonly listings: readonly ListedRow[];
  /** Absent on the last page. */
  readonly next: AgePosition | undefined;
}

/** The listings. Each change is recorded for search in the same transaction. */
export interface Listings extends ListingCleanup {
  create(sellerId: string, fields: ListingFields): Promise<ListingRow>;
  get(id: string): Promise<ListingRow | undefined>;
  /** Newest first. */
  list(query: ListingQuery): Promise<ListingPage>;
  /** Gives undefined when there is no such listing any more. */
  update(id: string, changes: ListingChanges): Promise<ListingRow | undefined>;
  /** Gives false when there was none. */
  remove(id: string): Promise<boolean>;
}

export interface ListingsDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
}

export function createListings(deps: ListingsDeps): Listings {
  const { database, clock } = deps;
  return {
    ...createListingCleanup(deps),
    create: (sellerId, fields) => {
      const row = newRow(sellerId, fields, clock.now());
      return database.transaction().execute((trx) => insert(trx, row));
    },
    get: (id) => database.selectFrom('listings').selectAll().where('id', '=', id).executeTakeFirst(),
    list: (query) => list(database, query),
    update: (id, changes) =>
      database.transaction().execute((trx) => update(trx, { id, changes, now: clock.now() })),
    remove: (id) => database.transaction().execute((trx) => remove(trx, { id, now: clock.now() })),
  };
}

function newRow(sellerId: string, fields: ListingFields, now: number) {
  const { priceCents, location, ...same } = fields;
  return {
    id: newId(),
    seller_id: sellerId,
    ...same,
    price_cents: priceCents,
    location: location ?? null,
    created_at: now,
    updated_at: now,
  };
}

async function insert(trx: Transaction<Database>, row: ReturnType<typeof newRow>): Promise<ListingRow> {
  const listing = await trx.insertInto('listings').values(row).returningAll().executeTakeFirstOrThrow();
  await recordListingChange(trx, { listingSeq: listing.seq, at: row.created_at });
  return listing;
}

const LISTED = [
  'seq',
  'id',
  'seller_id',
  'title',
  'category',
  'price_cents',
  'currency',
  'condition',
  'location',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof ListedRow)[];

async function list(database: Kysely<Database>, query: ListingQuery): Promise<ListingPage> {
  const { after } = query;
  let page = database.selectFrom('listings').select(LISTED).where(matchesFilters(query.filters));
  if (after !== undefined) {
    page = page.where((eb) =>
      eb(eb.refTuple('listings.created_at', 'listings.seq'), '<', eb.tuple(after.createdAt, after.seq)),
    );
  }
  const rows = await page
    .orderBy('listings.created_at', 'desc')
    .orderBy('listings.seq', 'desc')
    // One row more than requested shows whether there is a next page.
    .limit(query.limit + 1)
    .execute();
  const listings = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? listings.at(-1) : undefined;
  return { listings, next: last && { createdAt: last.created_at, seq: last.seq } };
}

async function update(
  trx: Transaction<Database>,
  { id, changes, now }: { readonly id: string; readonly changes: ListingChanges; readonly now: number },
): Promise<ListingRow | undefined> {
  const { priceCents, ...same } = changes;
  const listing = await trx
    .updateTable('listings')
    // The clock may have jumped back since it was made.
    .set((eb) => ({
      ...same,
      ...(priceCents === undefined ? {} : { price_cents: priceCents }),
      updated_at: eb.case().when('created_at', '>', now).then(eb.ref('created_at')).else(now).end(),
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (listing !== undefined) await recordListingChange(trx, { listingSeq: listing.seq, at: now });
  return listing;
}

async function remove(
  trx: Transaction<Database>,
  { id, now }: { readonly id: string; readonly now: number },
): Promise<boolean> {
  const removed = await trx.deleteFrom('listings').where('id', '=', id).returning('seq').executeTakeFirst();
  if (removed === undefined) return false;
  await recordListingChange(trx, { listingSeq: removed.seq, at: now });
  return true;
}
