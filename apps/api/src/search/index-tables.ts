import type { Transaction } from 'kysely';
import type { Database, Queries } from '../db/schema.ts';

type Trx = Transaction<Database>;

/**
 * The full-text indexes of a database: two, one that searches read, the live one, and a spare that a rebuild
 * fills. Each function is a short step within the caller's transaction; those that go on with a build throw a
 * {@link ReindexSupersededError} when it is not `buildId` that is under way.
 */
export interface IndexTables {
  /**
   * Marks the spare as being filled by `buildId`, and makes all before give up. From now on changes go into
   * both.
   */
  startBuild(trx: Trx, buildId: string): Promise<void>;
  /** Takes the next entries after `after`, of whatever build left them, out of the spare. */
  clearSpare(trx: Trx, range: BuildRange): Promise<Copied>;
  /**
   * Copies the next listings after `after` into the spare. One that changed meanwhile may be there already:
   * it is replaced.
   */
  copyListings(trx: Trx, range: BuildRange): Promise<Copied>;
  /** Makes the spare the index that searches read, and the other one the spare. */
  swapIn(trx: Trx, buildId: string): Promise<void>;
  /** From now on changes go into the live index alone; unless another build than `buildId` is under way. */
  endBuild(trx: Trx, buildId: string): Promise<void>;
  /**
   * Takes up to `size` recorded changes into the live index, and into one that is being built, and forgets
   * them.
   */
  drainChanges(trx: Trx, size: number): Promise<Drained>;
  /**
   * Tidies up an index, so that a search has few pieces to look into; fewer `rows` than `pages`: all is tidy.
   */
  mergeSome(trx: Trx, merge: Merge): Promise<{ readonly rows: number }>;
  /** True when the live index is better built anew than tidied up. */
  isWornOut(queries: Queries): Promise<boolean>;
}

export interface BuildRange {
  readonly buildId: string;
  /** A `listings.seq`. */
  readonly after: number;
  readonly size: number;
}

/** Fewer `rows` than `size`: nothing is left after `last`. */
export interface Copied {
  readonly rows: number;
  readonly last: number;
}

/** Fewer `rows` than `size`: no change is left. */
export interface Drained {
  readonly rows: number;
  readonly indexed: number;
  readonly removed: number;
}

export interface Merge {
  readonly which: 'live' | 'spare';
  readonly pages: number;
}

/** Another reindex began: it has dropped what this one had built. */
export class ReindexSupersededError extends Error {
  override readonly name = 'ReindexSupersededError';
  readonly code = 'reindex_superseded';

  constructor() {
    super('another reindex began meanwhile and took over');
  }
}
