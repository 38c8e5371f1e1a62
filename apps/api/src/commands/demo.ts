import type { JobInput } from '@greenvue/jobs';
import { type ProgressScreen, showProgress } from '@greenvue/jobs-cli';
import { createPasswordHasher } from '../auth/passwords/passwords.ts';
import type { Config } from '../config/config.ts';
import { databaseName } from '../data-dir/database-location.ts';
import { takeDataDir } from '../data-dir/take-data-dir.ts';
import { createDeps, type Deps } from '../deps.ts';
import { createJobEngine } from '../job-engine.ts';
import { StartError } from '../start/start-error.ts';
import { demoGuide } from './demo-guide.ts';
import { EXPIRY_DAYS, type MarketSize, makeMarket } from './demo-market.ts';
import { fillMarket } from './fill-market.ts';

/**
 * The password of every seller of the demo. All share one hash, because two thousand hashes would take
 * minutes.
 */
export const DEMO_PASSWORD = 'greenvue-demo';

const SIZE: MarketSize = { sellers: 2_000, listings: 20_000, notifications: 1_000 };

/** The jobs of the demo, with intervals short enough to watch. */
export const DEMO_JOBS: readonly JobInput[] = [
  {
    id: 'cleanup-expired-listings',
    name: 'Clean up expired listings',
    description: `Removes listings older than ${EXPIRY_DAYS} days and queues a mail to each seller`,
    type: 'cleanup_expired_listings',
    interval: '1m',
    payload: { days_old: EXPIRY_DAYS },
  },
  {
    id: 'send-notifications',
    name: 'Send notifications',
    description: 'Sends the due notifications of the template "default"',
    type: 'send_notifications',
    interval: '30s',
    payload: { template: 'default', batchSize: 50 },
  },
  {
    id: 'update-search-index',
    name: 'Update the search index',
    description: 'Indexes new, changed and removed listings for search',
    type: 'update_search_index',
    interval: '20s',
  },
];

const SHORTEST_INTERVAL_MS = 20_000;

/**
 * Fills a database without listings and jobs with demo data, and returns a guide to it. On SQLite the server
 * must be down.
 */
export async function demo(config: Config): Promise<string> {
  if (config.env === 'production') {
    throw new StartError(
      'The demo is not for production: its accounts share a public password. Unset NODE_ENV to run it.',
    );
  }
  if (config.jobs.minIntervalMs > SHORTEST_INTERVAL_MS) {
    throw new StartError('JOBS_MIN_INTERVAL is longer than 20s, the interval of a demo job: unset it.');
  }
  const lock = await takeDataDir(config);
  try {
    const deps = await createDeps(config);
    try {
      return await fillDemo({ config, deps, size: SIZE, screen: process.stderr });
    } finally {
      await deps.close();
    }
  } finally {
    lock.release();
  }
}

export interface DemoFilling {
  readonly config: Config;
  readonly deps: Deps;
  readonly size: MarketSize;
  readonly screen: ProgressScreen;
}

/**
 * {@link demo} in any size, under the lock of the folder. Throws a `StartError` if the database is not empty.
 */
export async function fillDemo({ config, deps, size, screen }: DemoFilling): Promise<string> {
  const { database, clock } = deps;
  // Without places: it creates jobs and runs none.
  const engine = await createJobEngine({ ...config, jobs: { ...config.jobs, concurrency: 0 } }, deps);
  await engine.start();
  try {
    const listing = await database.selectFrom('listings').select('id').limit(1).executeTakeFirst();
    const jobs = await engine.listJobs({ limit: 1 });
    if (listing !== undefined || jobs.rows.length > 0) {
      throw new StartError(
        `${databaseName(config)} already has ${listing ? 'listings' : 'jobs'}, and the demo fills only an empty database: set ${config.postgres === undefined ? 'DATA_DIR to another folder' : 'DATABASE_URL to another database'}.`,
      );
    }
    const now = clock.now();
    const market = makeMarket(size, now);
    const passwordHash = await createPasswordHasher().hash(DEMO_PASSWORD);
    const progress = showProgress(screen, 'Filling the market');
    await fillMarket({ database, market, passwordHash, now, progress });
    for (const job of DEMO_JOBS) await engine.createJob(job, { by: 'cli' });
    return demoGuide({ config, market, jobs: DEMO_JOBS, password: DEMO_PASSWORD });
  } finally {
    await engine.stop();
  }
}
