// A process for killed-jobs.test.ts: runs one of the jobs' work on the database it is given, and says when it
// has begun.
import { createDatabase } from '../db/create-database.ts';
import { createListings } from '../listings/listings.ts';
import { openSearchIndex } from '../search/open-index.ts';

const [location = '{}', job = ''] = process.argv.slice(2);
const opened = await createDatabase({ isolation: 'inline', ...JSON.parse(location) });
const database = opened.kysely;
let reports = 0;
const work = {
  signal: new AbortController().signal,
  progress: (done: number) => {
    process.stdout.write(`${done}\n`);
    reports += 1;
    // However late the kill comes, there is work left.
    if (reports === 4) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};
const search = openSearchIndex(opened);
if (job === 'cleanup') {
  await createListings({ database, clock: { now: () => 10 ** 12 } }).removeExpired({ ...work, daysOld: 1 });
} else if (job === 'reindex') await search.reindex(work);
else await search.indexChanges(work);
