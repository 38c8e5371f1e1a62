// ES modules: an inline handler and one in a thread, over a SQLite file that is opened twice.
import { createJobs, defineJobType } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import { z } from 'zod';
import { hello } from './shared/hello.mjs';
import { runOnce } from './shared/run-once.mjs';

const add = defineJobType({
  type: 'add',
  payload: z.strictObject({ a: z.number(), b: z.number() }),
  run: async (ctx) => ctx.payload.a + ctx.payload.b,
});

const open = async () => {
  const jobs = createJobs({ store: sqlite(process.argv[2]), types: [hello, add] });
  await jobs.start();
  return jobs;
};

const first = await open();
const sum = await runOnce(first, add, { a: 1, b: 2 });
const greeting = await runOnce(first, hello, { name: 'Ann' });
await first.stop();
const second = await open();
const { run } = await second.getRun(sum.id);
await second.stop();
console.log(JSON.stringify({ sum: sum.result, greeting: greeting.result, kept: JSON.parse(run.result) }));
