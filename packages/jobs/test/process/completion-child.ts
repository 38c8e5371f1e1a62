import pg from 'pg';
import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

/**
 * A process to be killed: its handlers count in the transaction that ends their run. `makes`: makes runs,
 * too.
 */
const [, , database = '', makes = 'runs'] = process.argv;

const MOST_LIVE = 20;
const PLACES = 5;

const pool = new pg.Pool({ connectionString: database, max: PLACES });
pool.on('error', () => undefined);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const count = defineJobType({
  type: 'count',
  payload: z.strictObject({}),
  run: async (ctx) => {
    const tx = await pool.connect();
    try {
      await tx.query('BEGIN');
      await tx.query('UPDATE counter SET n = n + 1');
      await tx.query('INSERT INTO effects (run_id) VALUES ($1)', [ctx.run.id]);
      await ctx.complete(tx, { attempt: ctx.run.attempt });
      if (Math.random() < 0.1) throw new Error('before the commit, as it was told');
      await tx.query('COMMIT');
    } catch (error) {
      await tx.query('ROLLBACK');
      throw error;
    } finally {
      tx.release();
    }
    // Kills come also between the commit and the settlement.
    await pause(Math.random() * 10);
    if (Math.random() < 0.1) throw new Error('after the commit, as it was told');
  },
});

const clock = createSystemClock();
const engine = createEngine({
  store: postgres(database),
  jobTypes: [count],
  deps: {},
  logger: silentLogger,
  clock,
  concurrency: PLACES,
});
await engine.start();
await engine.putJob({
  id: 'count',
  name: 'Count',
  type: 'count',
  onDemand: true,
  overlap: 'allow',
  maxAttempts: 20,
  backoff: { initial: '10ms', max: '50ms', jitter: 0 },
});
process.stdout.write('ready\n');
while (makes === 'runs') {
  const { rows } = await engine.listRuns({ jobId: 'count', status: ['queued', 'running'], limit: MOST_LIVE });
  if (rows.length === MOST_LIVE) await pause(1);
  else await engine.trigger('count').catch(() => undefined);
}
