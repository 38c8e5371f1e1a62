// ES modules: an inline handler and one in a thread, over a SQLite file that is opened twice.
import { createEngine, createSystemClock, defineJobType } from '@greenvue/jobs';
import { createSqliteStore } from '@greenvue/jobs/sqlite';
import { z } from 'zod';
import { hello } from './hello.mjs';
import { runOnce } from './run-once.mjs';

const add = defineJobType({
  type: 'add',
  module: import.meta.url,
  payload: z.strictObject({ a: z.number(), b: z.number() }),
  run: async (ctx) => ctx.payload.a + ctx.payload.b,
});

const clock = createSystemClock();
const open = async () => {
  const store = createSqliteStore({ file: process.argv[2], clock });
  const engine = createEngine({ store, jobTypes: [hello, add], deps: {}, clock });
  await engine.start();
  return engine;
};

const first = await open();
const sum = await runOnce(first, { id: 'add', type: 'add', payload: { a: 1, b: 2 } });
const greeting = await runOnce(first, { id: 'greet', type: 'hello', payload: { name: 'Ann' } });
await first.stop();
const second = await open();
const { run } = await second.getRun(sum.id);
await second.stop();
console.log(JSON.stringify({ sum: sum.result, greeting: greeting.result, kept: JSON.parse(run.result) }));
