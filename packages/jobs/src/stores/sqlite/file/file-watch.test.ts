import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { watchDatabaseFile } from './file-watch.ts';

/** The file system's answer for each path; `ENOENT` for all others. */
const found = vi.hoisted(() => new Map<string, object>());

vi.mock('node:fs/promises', () => ({
  stat: async (path: string) => {
    const file = found.get(path) ?? { code: 'ENOENT' };
    if ('code' in file) throw Object.assign(new Error('refused'), file);
    return file;
  },
}));

const FILE = '/data/jobs.db';
const LOG = '/data/jobs.db-wal';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  found.clear();
});

async function watch({ hasLog = true } = {}) {
  found.set(FILE, { dev: 1n, ino: 1n });
  if (hasLog) found.set(LOG, { dev: 1n, ino: 2n });
  const gone = vi.fn();
  const { stop } = await watchDatabaseFile({ file: FILE, gone });
  onTestFinished(stop);
  const look = () => vi.advanceTimersByTimeAsync(1_000);
  await look();
  return { gone, look, stop };
}

test('a log file is reported as removed once, after two looks in a row miss it', async () => {
  const { gone, look } = await watch();
  for (let n = 0; n < 2; n += 1) {
    found.delete(LOG);
    await look();
    found.set(LOG, { dev: 1n, ino: 3n });
    await look();
  }
  expect(gone).not.toHaveBeenCalled();
  found.delete(LOG);
  for (let n = 0; n < 4; n += 1) await look();
  expect(gone.mock.calls).toEqual([[`${LOG} was removed`]]);
});

test.each([FILE, LOG])('%s is not removed when the file system refuses to say', async (path) => {
  const { gone, look } = await watch();
  found.set(path, { code: 'EACCES' });
  for (let n = 0; n < 4; n += 1) await look();
  expect(gone).not.toHaveBeenCalled();
});

test('a log that no look has found is not removed', async () => {
  const { gone, look } = await watch({ hasLog: false });
  for (let n = 0; n < 4; n += 1) await look();
  expect(gone).not.toHaveBeenCalled();
});

test('a watch that stops during a look reports nothing', async () => {
  const { gone, look, stop } = await watch();
  found.delete(FILE);
  vi.advanceTimersByTime(1_000);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  await look();
  expect(gone).not.toHaveBeenCalled();
});
