// A server for stray-errors.test.ts, with a job type whose handlers leave errors behind. Prints its address
// and its log line by line.
import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';
import { loadConfig } from '../src/config/config.ts';
import type { Deps } from '../src/deps.ts';
import { startServer } from '../src/server.ts';

const careless = defineJobType({
  type: 'careless',
  module: import.meta.url,
  payload: z.strictObject({ leaves: z.enum(['rejection', 'timer', 'late', 'nothing']).default('nothing') }),
  maxAttempts: 1,
  run: async (ctx, _deps: Deps) => {
    const { leaves } = ctx.payload;
    const fail = () => {
      throw new TypeError(`${leaves} of ${ctx.run.id}`);
    };
    if (leaves === 'rejection') void Promise.resolve().then(fail);
    if (leaves === 'timer') setTimeout(fail, 1);
    if (leaves === 'late') setTimeout(fail, 300);
    if (leaves === 'timer') await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
  },
});

const loaded = loadConfig();
if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
const { url } = await startServer(loaded.config, { jobTypes: [careless] });
process.stdout.write(`url ${url}\n`);
process.on('SIGUSR2', () => void Promise.reject(new RangeError('of no handler')));
