import { text } from '@greenvue/jobs/http';
import { z } from 'zod';
import type { ListingFilters } from '../db/listing-filters.ts';
import { CONDITIONS, type ListingRow } from '../db/schema.ts';
import { pageQuery } from '../rest/paging.ts';
import type { ListedRow, ListingChanges, ListingFields } from './listings.ts';

const MAX_PRICE_CENTS = 1_000_000_000;

/** Shown in lists and mails: without control characters, line breaks included. */
const line = (max: number) =>
  text({ max })
    .trim()
    .min(1)
    .refine((value) => !/\p{Cc}/u.test(value), 'must not contain control characters');

const category = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .describe('Lower-case words joined by -, such as garden-furniture');
const price = z.int().min(0).max(MAX_PRICE_CENTS).describe('Price in hundredths of the currency');
const id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

const fields = {
  title: line(120),
  description: text({ max: 5_000 }),
  category,
  price_cents: price,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('ISO 4217'),
  condition: z.enum(CONDITIONS),
  location: line(120).nullable(),
};

export const newListingSchema = z.strictObject({
  ...fields,
  description: fields.description.default(''),
  currency: fields.currency.default('EUR'),
  location: fields.location.default(null),
});

export const listingChangesSchema = z.strictObject(fields).partial();

export const listingParams = z.strictObject({ listing_id: id });

/** A whole number in a query string; any other text is left for `schema` to refuse. */
const numberParameter = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value),
    schema,
  );

const time = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));

/** A hit costs more than a row of a list: its text is looked through for the words. */
export const MOST_HITS = 50;

const listFields = z.strictObject({
  ...pageQuery,
  q: text({ min: 1, max: 200 })
    .describe(
      `Only listings with all of these words, or with longer words that begin with them; best match first. The first 10 different words count. With q, limit is at most ${MOST_HITS}`,
    )
    .optional(),
  category: category.optional(),
  seller_id: id.optional(),
  condition: z.enum(CONDITIONS).optional(),
  min_price: numberParameter(price.optional()),
  max_price: numberParameter(price.optional()),
  created_after: time.describe('Only listings created at or after this time').optional(),
  created_before: time.describe('Only listings created before this time').optional(),
});

export const listQuery = listFields.superRefine(({ q, limit }, issues) => {
  if (q === undefined || limit <= MOST_HITS) return;
  const message = `must be at most ${MOST_HITS} with q, such as limit=${MOST_HITS}; got ${limit}`;
  issues.addIssue({ code: 'custom', path: ['limit'], message });
});

const listedFields = {
  id: z.string(),
  seller_id: z.string(),
  title: z.string(),
  category: z.string(),
  price_cents: z.int(),
  currency: z.string(),
  condition: z.enum(CONDITIONS),
  location: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
};

export const listingSchema = z.object({ ...listedFields, description: z.string() }).meta({ id: 'Listing' });

/**
 * A listing without its description: 200 descriptions of 20 KB would make a response of 4 MB.
 */
export const listedListingSchema = z
  .object({
    ...listedFields,
    snippet: z
      .string()
      .optional()
      .describe('Only with q. HTML: escaped text in which <mark> encloses the found words'),
  })
  .meta({ id: 'ListedListing' });

/** A listing as JSON. `seq` stays inside. */
export function listingView({ description, ...listing }: ListingRow): z.input<typeof listingSchema> {
  return { ...listedView(listing), description };
}

/** A listing of a list as JSON. */
export function listedView(listing: ListedRow): z.input<typeof listedListingSchema> {
  const { seq: _seq, created_at, updated_at, ...same } = listing;
  return {
    ...same,
    created_at: new Date(created_at).toISOString(),
    updated_at: new Date(updated_at).toISOString(),
  };
}

export function fieldsOf(body: z.output<typeof newListingSchema>): ListingFields {
  const { price_cents: priceCents, location, ...same } = body;
  return { ...same, priceCents, location: location ?? undefined };
}

export function changesOf(body: z.output<typeof listingChangesSchema>): ListingChanges {
  const { price_cents: priceCents, ...same } = body;
  return { ...same, priceCents };
}

export function filtersOf(query: z.output<typeof listQuery>): ListingFilters {
  return {
    category: query.category,
    sellerId: query.seller_id,
    condition: query.condition,
    minPriceCents: query.min_price,
    maxPriceCents: query.max_price,
    createdFrom: query.created_after,
    createdBefore: query.created_before,
  };
}
