import { z } from 'zod';
import { createJobs, defineJobType } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';

// A server whose job fails, and whose alerts cannot leave before it is killed: the receiver hangs.
const [file = '', url = ''] = process.argv.slice(2);
const fails = defineJobType({
  type: 'fails',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async () => {
    throw new Error('disk full');
  },
});
const jobs = createJobs({
  store: sqlite(file),
  types: [fails],
  outbound: { allow: ['127.0.0.1'] },
  logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
});
await jobs.start();
if ((await jobs.listAlertChannels()).length === 0) {
  await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url } });
  for (let n = 0; n < 5; n += 1)
    await jobs.createJob({ id: `j${n}`, name: `Job ${n}`, type: 'fails', onDemand: true, maxAttempts: 1 });
  for (let n = 0; n < 5; n += 1) await jobs.trigger(`j${n}`);
}
process.stdout.write('started\n');
