import type { Transaction } from 'kysely';
import type { Database, Queries } from '../db/schema.ts';

type Trx = Transaction<Database>;

/**
 * The two full-text indexes of a database: the live one, which searches read, and a spare, which a rebuild
 * fills. Each function is a short step in the caller's transaction. Steps of a build throw a {@link
 * ReindexSupersededError} if another build than `buildId` is in progress.
 */
export interface IndexTables {
  stateOf(trx: Trx): Promise<IndexState>;
  /**
   * Starts the build `buildId` of the spare, which it returns; earlier builds give up. From now on, changes
   * go to both indexes.
   */
  startBuild(trx: Trx, buildId: string): Promise<IndexName>;
  /** Takes the next entries after `after`, of whatever build left them, out of the spare. */
  clearSpare(trx: Trx, range: BuildRange): Promise<Copied>;
  /**
   * Copies the next listings after `after` into the spare. One that changed meanwhile may be there already:
   * it is replaced.
   */
  copyListings(trx: Trx, range: BuildRange): Promise<Copied>;
  /** Makes the spare the index that searches read, and the other one the spare. */
  swapIn(trx: Trx, buildId: string): Promise<void>;
  /** Ends the build: changes go only to the live index, unless another build is in progress. */
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
  /** Whether rebuilding the live index is better than merging it. */
  isWornOut(queries: Queries): Promise<boolean>;
}

export type IndexName = 'a' | 'b';

export interface IndexState {
  /** The index that searches read. */
  readonly live: IndexName;
  readonly spare: IndexName;
  /** The reindex that is filling the spare. */
  readonly buildId: string | undefined;
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
