import { type ProgressScreen, showProgress } from '@greenvue/jobs-cli';
import { createPasswordHasher } from '../auth/passwords/passwords.ts';
import type { Config } from '../config/config.ts';
import { databaseName } from '../data-dir/database-location.ts';
import { DEMO_PASSWORD, DEMO_SIZE, MARKET_JOBS } from '../demo/market-jobs.ts';
import { runDemo } from '../demo/run-demo.ts';
import { createDeps, type Deps } from '../deps.ts';
import { createJobEngine } from '../job-engine.ts';
import { StartError } from '../start/start-error.ts';
import { demoGuide } from './demo-guide.ts';
import { type MarketSize, makeMarket } from './demo-market.ts';
import { fillMarket } from './fill-market.ts';

const SHORTEST_INTERVAL_MS = 20_000;

/**
 * On SQLite: fills an empty folder with a market and a day of history, starts the server on it, and returns
 * what to look at. On PostgreSQL: only fills an empty database, and returns a guide to it.
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
  if (config.postgres === undefined) return runDemo(config);
  const deps = await createDeps(config);
  try {
    return await fillDemo({ config, deps, size: DEMO_SIZE, screen: process.stderr });
  } finally {
    await deps.close();
  }
}

interface DemoFilling {
  readonly config: Config;
  readonly deps: Deps;
  readonly size: MarketSize;
  readonly screen: ProgressScreen;
}

/** Throws a `StartError` if the database is not empty. */
async function fillDemo({ config, deps, size, screen }: DemoFilling): Promise<string> {
  const { database, clock } = deps;
  // Without places: it creates jobs and runs none.
  const engine = await createJobEngine({ ...config, jobs: { ...config.jobs, concurrency: 0 } }, deps);
  await engine.start();
  try {
    const listing = await database.selectFrom('listings').select('id').limit(1).executeTakeFirst();
    const jobs = await engine.listJobs({ limit: 1 });
    if (listing !== undefined || jobs.rows.length > 0) {
      throw new StartError(
        `${databaseName(config)} already has ${listing ? 'listings' : 'jobs'}, and the demo fills only an empty database: set DATABASE_URL to another database.`,
      );
    }
    const now = clock.now();
    const market = makeMarket(size, now);
    const passwordHash = await createPasswordHasher().hash(DEMO_PASSWORD);
    const progress = showProgress(screen, 'Filling the market');
    await fillMarket({ database, market, passwordHash, now, progress });
    for (const job of MARKET_JOBS) await engine.createJob(job, { by: 'cli' });
    return demoGuide({ config, market, jobs: MARKET_JOBS, password: DEMO_PASSWORD });
  } finally {
    await engine.stop();
  }
}
