// What a kill costs a rebuild of the search index that continues from its checkpoints: reindexes of 100,000
// listings, killed with SIGKILL 50 times at random instants. Aim: each kill repeats at most one batch.
import { join } from 'node:path';
import { createDatabase } from '../apps/api/src/db/create-database.ts';
import { fillListings } from '../apps/api/test/resume/fill-listings.ts';
import { type KilledReindex, killReindex } from '../apps/api/test/resume/kill-reindex.ts';
import { count, inFolder, median, ms, row } from './support/measure.ts';

const LISTINGS = 100_000;
const KILLS = 50;
/** Of one run: a sixth loss would fail it (P9, lost nodes). */
const KILLS_OF_RUN = 5;

await inFolder(async (folder) => {
  const location = { file: join(folder, 'app.db') };
  const database = await createDatabase(location);
  await fillListings(database.kysely, LISTINGS);
  await database.close();
  const reindex = (name: string, kills: number, afterMs: () => number) =>
    killReindex(
      { location, notes: join(folder, `notes-${name}`), jobs: { file: join(folder, 'jobs.db') } },
      { kills, afterMs },
    );
  const began = performance.now();
  const whole = await reindex('whole', 0, () => 0);
  const wholeMs = performance.now() - began;
  row(`a reindex of ${count(LISTINGS)} listings without a kill`, `${ms(wholeMs)}, ${whole.batches} batches`);
  const all: KilledReindex[] = [];
  let kills = 0;
  for (let n = 0; kills < KILLS; n += 1) {
    const most = Math.min(KILLS_OF_RUN, KILLS - kills);
    const killed = await reindex(String(n), most, () => (Math.random() * wholeMs) / KILLS_OF_RUN);
    kills += killed.kills;
    const { indexed } = JSON.parse(killed.end.result ?? '{}') as { readonly indexed?: number };
    if (killed.end.status !== 'succeeded' || indexed !== LISTINGS)
      throw new Error(`reindex ${n} ended as ${JSON.stringify(killed.end)}`);
    all.push(killed);
  }
  const repeated = all.flatMap((one) => one.repeated);
  const most = Math.max(...repeated);
  row(
    `${all.length} reindexes, ${kills} kills at random instants`,
    `${repeated.filter((each) => each === 1).length} kills repeated one batch, ${repeated.filter((each) => each === 0).length} none; at most ${most}`,
    most <= 1 ? 'at most one batch' : 'MISSED: one batch',
  );
  row('batches of a killed reindex', `${median(all.map(({ batches }) => batches))} (median)`);
  if (most > 1) process.exitCode = 1;
});
