import type { Clock } from './clock.ts';
import { createDatabase, type DatabaseLocation } from './db/create-database.ts';
import { createListings, type Listings } from './listings/listings.ts';
import { openSearchIndex } from './search/open-index.ts';
import type { SearchIndex } from './search/search-index.ts';

/** What a job thread is given to make its dependencies of. Survives structured cloning. */
export interface ThreadDepsData {
  readonly database: DatabaseLocation;
}

/** What job types with `isolation: 'thread'` may ask for. */
export interface ThreadJobDeps {
  readonly clock: Clock;
  readonly listings: Listings;
  readonly search: SearchIndex;
  close(): Promise<void>;
}

/**
 * Makes the dependencies of one job thread: connections of its own, on the thread itself, and nothing of HTTP
 * or mail.
 */
export async function createThreadDeps(data: ThreadDepsData): Promise<ThreadJobDeps> {
  const clock: Clock = { now: () => Date.now() };
  const database = await createDatabase(data.database);
  return {
    clock,
    listings: createListings({ database: database.kysely, clock }),
    search: openSearchIndex(database),
    close: () => database.close(),
  };
}
