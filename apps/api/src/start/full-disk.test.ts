import { setTimeout } from 'node:timers/promises';
import { StoreError } from '@greenvue/jobs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { databaseError } from '../db/sqlite/error-codes.ts';
import { canMount, fill, smallDisk } from '../testing/small-disk.ts';
import { freePort, startProcess } from '../testing/test-process.ts';
import { isDiskFull, startOnceDiskHasRoom } from './full-disk.ts';

vi.mock('node:timers/promises', { spy: true });

test.runIf(canMount)(
  'on a full disk a start waits, reads work, writes are refused, and the server is not ready',
  async () => {
    const DATA_DIR = await smallDisk('16m');
    const env = { DATA_DIR, PORT: String(await freePort()), JOBS_MIN_INTERVAL: '100ms' };
    const first = startProcess('main.ts', env);
    await first.printed('Data ');
    const cli = startProcess('cli.ts', env, ['token']);
    await cli.ended();
    first.child.kill('SIGTERM');
    expect(await first.ended()).toBe(0);

    let free = fill(DATA_DIR);
    const server = startProcess('main.ts', env);
    await expect
      .poll(() => server.output.stderr)
      .toContain(`The disk of DATA_DIR ${DATA_DIR} is full: free space on it.`);
    free();
    await server.printed('Data ');

    const base = `http://127.0.0.1:${env.PORT}`;
    const headers = {
      authorization: `Bearer ${cli.output.stdout.trim()}`,
      'content-type': 'application/json',
    };
    const status = async (path: string) => (await fetch(base + path, { headers })).status;
    const post = (path: string, body: object) =>
      fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const job = { name: 'Often', type: 'update_search_index' };
    expect((await post('/api/jobs', { ...job, id: 'often', interval: '100ms' })).status).toBe(201);
    expect(await status('/readyz')).toBe(200);
    free = fill(DATA_DIR);
    await expect.poll(() => status('/readyz'), { interval: 250 }).toBe(503);
    expect(await status('/api/jobs')).toBe(200);
    const refused = await post('/api/jobs', { ...job, id: 'late', on_demand: true });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      detail: expect.stringContaining('disk of the server is full'),
    });
    free();
    await expect.poll(() => status('/readyz'), { interval: 250 }).toBe(200);
    expect((await post('/api/jobs', { ...job, id: 'more', on_demand: true })).status).toBe(201);
  },
  90_000,
);

const withField = (field: object) => Object.assign(new Error('x'), field);

test.each([
  ['the job store', new StoreError('full', 'x')],
  ['the database', databaseError({ errcode: 13, message: 'x' })],
  ['the index of the log of the database', databaseError({ errcode: 4874, message: 'x' })],
  ['SQLite', withField({ errcode: 13 })],
  ['the file system', withField({ code: 'ENOSPC' })],
])('an error of %s says that the disk is full', (_source, error) => {
  expect(isDiskFull(error)).toBe(true);
});

test.each([
  new StoreError('unavailable', 'x'),
  databaseError({ errcode: 10, message: 'x' }),
  withField({ errcode: 11 }),
  withField({ code: 'EACCES' }),
])('a start with another error fails at once: %j', async (error) => {
  const say = vi.fn();
  const started = startOnceDiskHasRoom(() => Promise.reject(error), { dataDir: '/data', say });
  await expect(started).rejects.toBe(error);
  expect(say).not.toHaveBeenCalled();
});

test('a start on a full disk is tried again every 2 s, and says so once a minute', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.mocked(setTimeout).mockImplementation(async (ms) => void vi.advanceTimersByTime(ms ?? 0));
  onTestFinished(() => {
    vi.useRealTimers();
    vi.mocked(setTimeout).mockReset();
  });
  const begin = performance.now();
  const say = vi.fn();
  const start = async () => {
    if (performance.now() - begin < 62_000) throw new StoreError('full', 'x');
    return 'started';
  };
  expect(await startOnceDiskHasRoom(start, { dataDir: '/data', say })).toBe('started');
  expect(setTimeout).toHaveBeenCalledTimes(31);
  expect(say.mock.calls).toEqual(Array(2).fill([expect.stringContaining('DATA_DIR /data is full')]));
});
