import { z } from 'zod';
import { createJobs, defineJobType } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { silentLogger } from '../silent-logger.ts';

/**
 * A process to be killed: makes one job after another, whose runs fail. Arguments: the database, the address
 * of the webhook, and how many jobs it makes.
 */
const [, , database = '', url = '', jobsToMake = '0'] = process.argv;

const broken = defineJobType({
  type: 'broken',
  maxAttempts: 1,
  payload: z.strictObject({}),
  run: async () => {
    throw new Error('disk full');
  },
});

const jobs = createJobs({
  store: database.startsWith('postgres') ? postgres(database) : sqlite(database),
  types: [broken],
  outbound: { allow: ['127.0.0.1'] },
  logger: silentLogger,
});
await jobs.start();
if ((await jobs.listAlertChannels()).length === 0)
  await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url } });
process.stdout.write('started\n');
for (let n = 0; n < Number(jobsToMake); n += 1) {
  const id = `${process.pid}-${n}`;
  await jobs.createJob({ id, name: id, type: 'broken', onDemand: true });
  await jobs.trigger(id);
}
