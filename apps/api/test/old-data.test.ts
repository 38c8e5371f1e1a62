import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { startConsoleServer } from './console/console-server.ts';

/** Files of earlier versions, made by `npm run rehearse -- old-data`. */
const FOLDER = join(import.meta.dirname, 'old-data');

const rowSchema = z.looseObject({ id: z.string() });
type Row = z.infer<typeof rowSchema>;
const keptSchema = z.object({
  title: z.string(),
  secretsKey: z.string(),
  jobs: z.array(rowSchema),
  runs: z.array(rowSchema),
  /** In Base64, by name. */
  files: z.record(z.string(), z.string()),
});

/** What is new at each start, or at each look. */
const CHANGING = new Set(['version', 'updated_at', 'health', 'recent_runs', 'last_run', 'last_status']);
/** Earlier versions showed a run's own payload only; today's show what it ran with. */
const lasting = (row: Row) =>
  Object.fromEntries(
    Object.entries(row).filter(
      ([name, value]) => !CHANGING.has(name) && !(name === 'payload' && value === null),
    ),
  );

test.each(readdirSync(FOLDER))(
  "%s: today's server opens files of an earlier version, keeps its jobs and runs, and goes on",
  async (name) => {
    const packed = gunzipSync(readFileSync(join(FOLDER, name))).toString();
    const { secretsKey, jobs, runs, files } = keptSchema.parse(JSON.parse(packed));
    const dataDir = join(await temporaryFolder(), 'data');
    mkdirSync(dataDir, { mode: 0o700 });
    for (const [file, data] of Object.entries(files))
      writeFileSync(join(dataDir, file), Buffer.from(data, 'base64'), { mode: 0o600 });
    // Else, the age of the runs would remove them.
    const env = { DATA_DIR: dataDir, SECRETS_KEY: secretsKey, JOBS_RETENTION_AGE: '876000h' };
    const { admin } = await startConsoleServer({}, env);

    for (const job of jobs)
      expect((await admin.ask('GET', `/api/jobs/${job.id}`)).body).toMatchObject(lasting(job));
    for (const run of runs)
      expect((await admin.ask('GET', `/api/runs/${run.id}`)).body).toMatchObject(lasting(run));

    const started = await admin.ask('POST', '/api/jobs/by-hand/runs', {});
    expect(await admin.finished(rowSchema.parse(started.body).id)).toMatchObject({ status: 'succeeded' });
    if (!jobs.some(({ id }) => id === 'calls')) return;
    // The handler starts only with the secret of its header.
    const call = await admin.ask('POST', '/api/jobs/calls/runs', {});
    expect(await admin.finished(rowSchema.parse(call.body).id)).toMatchObject({
      status: 'failed',
      errors: [{ message: expect.stringContaining('shop.invalid') }],
    });
  },
);
