import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { Condition, Database } from './schema.ts';

/** Which listings to list or search; an absent field does not narrow. */
export interface ListingFilters {
  readonly category?: string | undefined;
  readonly sellerId?: string | undefined;
  readonly condition?: Condition | undefined;
  /** Inclusive, as is `maxPriceCents`. */
  readonly minPriceCents?: number | undefined;
  readonly maxPriceCents?: number | undefined;
  /** Created at or after. */
  readonly createdFrom?: number | undefined;
  /** Created before. */
  readonly createdBefore?: number | undefined;
}

/** The filters as a condition of a query that has `listings`. */
export function matchesFilters(filters: ListingFilters): Expression<SqlBool> {
  const eb = expressionBuilder<Database, 'listings'>();
  const conditions: Expression<SqlBool>[] = [];
  if (filters.category !== undefined) conditions.push(eb('listings.category', '=', filters.category));
  if (filters.sellerId !== undefined) conditions.push(eb('listings.seller_id', '=', filters.sellerId));
  if (filters.condition !== undefined) conditions.push(eb('listings.condition', '=', filters.condition));
  if (filters.minPriceCents !== undefined)
    conditions.push(eb('listings.price_cents', '>=', filters.minPriceCents));
  if (filters.maxPriceCents !== undefined)
    conditions.push(eb('listings.price_cents', '<=', filters.maxPriceCents));
  if (filters.createdFrom !== undefined)
    conditions.push(eb('listings.created_at', '>=', filters.createdFrom));
  if (filters.createdBefore !== undefined)
    conditions.push(eb('listings.created_at', '<', filters.createdBefore));
  return eb.and(conditions);
}
