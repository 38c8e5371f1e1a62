import { z } from 'zod';
import { createJobs, type DeclaredJob, defineJobType, job } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { silentLogger } from '../silent-logger.ts';

/**
 * A program that declares jobs, in its own process. Arguments: the database, its release, and the intervals
 * of its jobs by id, as JSON. Prints `ready`, or `failed` and why.
 */
const [, , url = '', release = '0', declared = '{}'] = process.argv;

const work = defineJobType({ type: 'work', payload: z.strictObject({}), run: async () => undefined });
const intervals = Object.entries(JSON.parse(declared) as Record<string, string>);
const declarations: readonly DeclaredJob<'work'>[] = intervals.map(([id, interval]) =>
  job(work, { id, interval }),
);
const jobs = createJobs({
  store: postgres(url),
  types: [work],
  jobs: declarations,
  release: Number(release),
  logger: silentLogger,
});
await jobs.start().then(
  () => process.stdout.write('ready\n'),
  (error: unknown) => process.stdout.write(`failed ${String(error)}\n`),
);
process.on('SIGTERM', () => void jobs.stop().then(() => process.exit(0)));
