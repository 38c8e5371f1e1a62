// PostgreSQL: two nodes, handlers inline and in a thread, events of the other node, runs in a transaction.
import { createJobs, defineJobType } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import pg from 'pg';
import { z } from 'zod';
import { hello } from './shared/hello.mjs';

const [, , url] = process.argv;
const add = defineJobType({
  type: 'add',
  payload: z.strictObject({ a: z.number(), b: z.number() }),
  run: async (ctx) => ctx.payload.a + ctx.payload.b,
});
const nodes = [1, 2].map(() => createJobs({ store: postgres(url), types: [hello, add] }));
// At once: both find a database without tables.
await Promise.all(nodes.map((node) => node.start()));
const [first, second] = nodes;

const heard = new Promise((resolve) => {
  second.on(['run.succeeded'], add, ({ result }) => resolve(result));
});
const sum = await first.enqueueAndWait(add, { a: 1, b: 2 });
const greeting = await first.enqueueAndWait(hello, { name: 'Ann' });

const client = new pg.Client({ connectionString: url });
await client.connect();
async function enqueueIn(end) {
  await client.query('BEGIN');
  const { run } = await first.enqueue(add, { a: 2, b: 2 }, { tx: client });
  await client.query(end);
  return second.getRun(run.id).then(
    () => 'exists',
    ({ code }) => code,
  );
}
const transactions = { committed: await enqueueIn('COMMIT'), rolledBack: await enqueueIn('ROLLBACK') };
await client.end();
console.log(JSON.stringify({ sum, greeting, heard: await heard, transactions }));
await Promise.all(nodes.map((node) => node.stop()));
