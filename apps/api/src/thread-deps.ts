import { defineThreadDeps } from '@greenvue/jobs';
import type { Clock } from './clock.ts';
import { createDatabase, type DatabaseLocation } from './db/create-database.ts';
import { createListings, type Listings } from './listings/listings.ts';
import { openSearchIndex } from './search/open-index.ts';
import type { SearchIndex } from './search/search-index.ts';

/** The data from which a job thread creates its dependencies. Must survive structured cloning. */
export interface ThreadDepsData {
  readonly database: DatabaseLocation;
}

/** The dependencies of job types with `isolation: 'thread'`. */
export interface ThreadJobDeps {
  readonly clock: Clock;
  readonly listings: Listings;
  readonly search: SearchIndex;
  close(): Promise<void>;
}

/** Creates the dependencies of one job thread: database connections of its own, without HTTP and mail. */
export const threadDeps = defineThreadDeps({
  module: import.meta.url,
  create: async (data: ThreadDepsData): Promise<ThreadJobDeps> => {
    const clock: Clock = { now: () => Date.now() };
    const database = await createDatabase(data.database);
    return {
      clock,
      listings: createListings({ database: database.kysely, clock }),
      search: openSearchIndex(database),
      close: () => database.close(),
    };
  },
});
