import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createJobs, type EngineLogger, type Jobs, secret } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { threadKeeper } from './thread-keeper.ts';

const KEY = 'the key of these tests is long enough';
const PLAIN = 'hunter2-hunter2';
const OTHER = 'correct-horse';

interface Started {
  readonly jobs: Jobs<readonly [typeof threadKeeper]>;
  readonly folder: string;
  readonly lines: string[];
}

async function start(folder = mkdtempSync(join(tmpdir(), 'greenvue-secrets-'))): Promise<Started> {
  const lines: string[] = [];
  const line = (fields: unknown, message: string) => void lines.push(JSON.stringify([fields, message]));
  const logger: EngineLogger = { debug: line, info: line, warn: line, error: line };
  const store = sqlite(join(folder, 'jobs.db'));
  const jobs = createJobs({ store, types: [threadKeeper], secretKeys: [KEY], logger });
  await jobs.start();
  onTestFinished(async () => {
    await jobs.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { jobs, folder, lines };
}

/** All bytes of the database, of its log and of all else in the folder. */
const bytesIn = (folder: string) =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n');

const ended = (jobs: Started['jobs'], id: string) =>
  expect.poll(async () => (await jobs.getRun(id)).run.status).toMatch(/succeeded|failed/);

// Promise P40, secrets in payloads.
test('no file and no log line ever has the plain value, whatever happens to the job and its runs', async () => {
  const { jobs, folder, lines } = await start();
  await jobs.putSecret('API_KEY', PLAIN);
  await jobs.createAlertChannel({
    id: 'ops',
    kind: 'webhook',
    config: { url: `https://x.example/${PLAIN}` },
  });
  const payload = { token: PLAIN, how: 'return' };
  await jobs.createJob({ id: 'job', name: 'Job', type: 'thread_keeper', onDemand: true, payload });
  await jobs.patchJob('job', { payload: { token: OTHER, how: 'return' } });
  await jobs.patchJob('job', { payload: { token: PLAIN, how: 'return' } });
  for (const how of ['return', 'throw', 'crash', 'exit', 'forge']) {
    const made = await jobs.trigger('job', { payload: { token: '[secret]', how } });
    await ended(jobs, made.run.id);
    const { run } = await jobs.getRun(made.run.id);
    expect([how, run.status]).toEqual([how, how === 'return' ? 'succeeded' : 'failed']);
    expect(JSON.stringify([run, await jobs.getLogs(made.run.id)])).not.toContain(PLAIN);
    if (how === 'throw') await jobs.retryRun(made.run.id).then(({ run: again }) => ended(jobs, again.id));
  }
  const named = await jobs.enqueue('thread_keeper', {
    token: secret('API_KEY'),
    how: 'return',
  });
  await ended(jobs, named.run.id);
  expect((await jobs.getRun(named.run.id)).run).toMatchObject({ result: '{"token":"[secret]"}' });
  for (const text of [bytesIn(folder), lines.join('\n')]) {
    for (const value of [PLAIN, OTHER, btoa(PLAIN).slice(0, 16)]) expect(text.includes(value)).toBe(false);
  }
  expect(bytesIn(folder)).toContain('$sealed');
});

test('a sealed field that was changed, or moved from another job or field, fails its run', async () => {
  const { jobs, folder } = await start();
  for (const [id, token] of [
    ['a', PLAIN],
    ['b', OTHER],
  ] as const)
    await jobs.createJob({
      id,
      name: id,
      type: 'thread_keeper',
      onDemand: true,
      payload: { token, how: 'return' },
    });
  await jobs.stop();
  const db = new DatabaseSync(join(folder, 'jobs.db'));
  const [a] = db.prepare("SELECT payload FROM jobs WHERE id = 'a'").all();
  db.prepare("UPDATE jobs SET payload = ? WHERE id = 'b'").run(String(a?.payload));
  db.prepare(`UPDATE jobs SET payload = replace(payload, '"}}', 'AAAA"}}') WHERE id = 'a'`).run();
  db.close();
  const again = await start(folder);
  for (const id of ['a', 'b']) {
    const made = await again.jobs.trigger(id);
    await expect
      .poll(async () => (await again.jobs.getRun(made.run.id)).run.errors)
      .toMatchObject([
        { name: 'SecretError', message: expect.stringMatching(/^The payload field \/token can't be opened/) },
      ]);
  }
});
