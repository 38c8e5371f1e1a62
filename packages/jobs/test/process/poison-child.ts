import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { silentLogger } from '../silent-logger.ts';
import { createFastClock } from './fast-clock.ts';

/** A process whose handler may kill it. Argument: an SQLite file or a PostgreSQL URL. */
const [, , database = ''] = process.argv;

const poison = defineJobType({
  type: 'poison',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    process.kill(process.pid, 'SIGKILL');
  },
});

const harmless = defineJobType({
  type: 'harmless',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: () => new Promise<void>((resolve) => setTimeout(resolve, 200)),
});

const clock = createFastClock();
const engine = createEngine({
  store: database.startsWith('postgres')
    ? createPostgresStore({ url: database, clock, ownClock: true })
    : createSqliteStore({ file: database, clock }),
  clock,
  jobTypes: [poison, harmless],
  deps: {},
  concurrency: 10,
  logger: silentLogger,
});
await engine.start();
process.stdout.write('ready\n');
process.on('SIGTERM', () => void engine.stop());
