import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CONDITION_MS } from '../../../../../scripts/test-deadlines.ts';
import { definitionOf } from '../../../test/store-contract/rig.ts';
import type { JobStore } from '../../core/store/store.ts';
import { threadFile } from '../../package-file.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createSqliteStore } from './store.ts';
import { ThreadChannel } from './threads/thread-channel.ts';

const clock = createFakeClock(Date.UTC(2026, 0, 5));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-store-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const fileIn = (name = 'jobs.db') => join(folder, name);
const dataOf = () => ({ file: fileIn(), databaseId: undefined });
const storeOf = (file = fileIn()) => createSqliteStore({ file, clock });

describe('opening', () => {
  it('refuses a database of a newer schema with one clear line, and leaves it as it is', async () => {
    const db = new DatabaseSync(fileIn());
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(storeOf().open()).rejects.toMatchObject({
      name: 'StoreError',
      code: 'newer_schema',
      message: expect.stringMatching(/^The job database has schema version 99; .*Start a newer one\.$/),
    });
    const after = new DatabaseSync(fileIn());
    expect(after.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()).toEqual({
      n: 0,
    });
    after.close();
  });

  it('rejects a file that is not a database', async () => {
    await expect(storeOf(join(folder, 'no', 'such', 'folder.db')).open()).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('opens the same database again, up to date as it is', async () => {
    for (let n = 0; n < 2; n += 1) {
      const store = storeOf();
      await store.open();
      expect(await store.getJob('a', {})).toBeUndefined();
      await store.close();
    }
  });
});

it('starts with the first request of a turn while the others are still being made', async () => {
  const store = storeOf();
  await store.open();
  const beside = new DatabaseSync(fileIn(), { readOnly: true });
  const nodes = beside.prepare('SELECT id FROM nodes');
  const asked = Array.from({ length: 200 }, () => store.recover({ node: 'a' }));
  // The event loop does not turn meanwhile.
  const giveUpAt = performance.now() + CONDITION_MS;
  while (nodes.all().length === 0 && performance.now() < giveUpAt);
  expect(nodes.all()).toEqual([{ id: 'a' }]);
  await Promise.all(asked);
  beside.close();
  await store.close();
});

describe('the check', () => {
  const opened = async () => {
    const store = storeOf();
    await store.open();
    onTestFinished(() => store.close());
    return store;
  };
  /** Closing a store copies the log into the file. */
  const openedAgain = async () => {
    const first = storeOf();
    await first.open();
    await first.close();
    return opened();
  };
  const unavailable = { name: 'StoreError', code: 'unavailable' };

  it('is fine again and again, and leaves the log as it is', async () => {
    const store = await opened();
    const { size } = await stat(`${fileIn()}-wal`);
    for (let n = 0; n < 3; n += 1) await store.check();
    expect((await stat(`${fileIn()}-wal`)).size).toBe(size);
  });

  it('of a database in memory does not wait for writes, and writes do not wait for it', async () => {
    const store = storeOf(':memory:');
    await store.open();
    onTestFinished(() => store.close());
    let isOver = false;
    const writes = (async () => {
      while (!isOver) await store.recover({ node: 'a' });
    })();
    for (let n = 0; n < 300; n += 1) await store.check();
    isOver = true;
    await writes;
  });

  it('rejects before the store is open', async () => {
    await expect(storeOf().check()).rejects.toMatchObject(unavailable);
  });

  it.each<[string, string, (file: string) => Promise<void>]>([
    ['was overwritten', 'damaged', (file) => writeFile(file, 'no database '.repeat(10_000))],
    ['was cut off', 'damaged', (file) => truncate(file, 5_000)],
    ['was emptied', 'unavailable', (file) => truncate(file, 0)],
    ['was removed', 'unavailable', (file) => rm(file)],
  ])('rejects when the file of the database %s', async (_what, code, damage) => {
    const store = await openedAgain();
    await store.check();
    await damage(fileIn());
    await expect(store.check()).rejects.toMatchObject({ name: 'StoreError', code });
  });

  it.each(['writer-thread', 'reader-thread'])('rejects when there is no %s', async (name) => {
    const store = await opened();
    const crash = crashOf(name);
    await store.check();
    const asked = store.check();
    await crash();
    await expect(asked).rejects.toMatchObject(unavailable);
  });
});

// Promise P10, fence.
describe('the threads', () => {
  it('a store that is not open, or closed, rejects as unavailable', async () => {
    const store = storeOf();
    await expect(store.getRun('1')).rejects.toMatchObject({ code: 'unavailable' });
    await store.open();
    await store.close();
    await expect(store.getRun('1')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(
      store.prune({ finishedPerJob: 1, skippedPerJob: 1, maxAgeMs: 1, countsMaxAgeMs: 1 }),
    ).rejects.toMatchObject({ code: 'unavailable' });
    await store.close();
  });

  it('a thread that can’t start rejects all that was asked of it, and all that is asked at once', async () => {
    const channel = new ThreadChannel({
      file: new URL('no-such-thread.ts', import.meta.url),
      data: dataOf(),
      now: () => 0,
    });
    const asked = [channel.open(), channel.ask('getRun', '1'), channel.ask('getRun', '2')];
    for (const answer of asked) await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
    await expect(channel.ask('getRun', '3')).rejects.toMatchObject({ code: 'unavailable' });
    await channel.close();
  });

  it('a thread that crashes rejects its calls, and another one replaces it', async () => {
    const store = storeOf();
    await store.open();
    const crash = crashOf('writer-thread');
    const before = await store.plan({ types: {}, limit: 1 });
    const lost = store.plan({ types: {}, limit: 1 });
    await crash();
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    await expect.poll(() => store.plan({ types: {}, limit: 1 }).catch(() => undefined)).toEqual(before);
    await store.close();
  });

  const made = { kind: 'created' };
  const asked = (store: JobStore, id: string) => store.insertJob({ definition: definitionOf(id) });

  it('answers batched requests even if the thread is closed in the same turn', async () => {
    const channel = new ThreadChannel({
      file: threadFile('stores/sqlite/threads/writer-thread'),
      data: dataOf(),
      now: () => clock.now(),
    });
    await channel.open();
    const job = channel.ask('insertJob', { definition: definitionOf('a') });
    const closed = channel.close();
    // The event loop does not turn until the thread has the message.
    for (const giveUpAt = performance.now() + 100; performance.now() < giveUpAt; );
    expect(await job).toMatchObject(made);
    await closed;
  });

  it('sends batched requests before later ones', async () => {
    const store = storeOf();
    await store.open();
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    onTestFinished(() => post.mockRestore());
    const first = asked(store, 'a');
    const planned = store.plan({ types: { noop: 1 }, limit: 1 });
    const second = asked(store, 'b');
    expect(await first).toMatchObject(made);
    // The plan saw the job of the earlier request.
    expect((await planned).nextWakeAt).toBeGreaterThan(clock.now());
    expect(await second).toMatchObject(made);
    expect(post.mock.calls.map(([message]) => message.length)).toEqual([3]);
    await store.close();
  });

  it('jobs that are asked for in one turn share a message', async () => {
    const store = storeOf();
    await store.open();
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    onTestFinished(() => post.mockRestore());
    // Like requests, each in its own microtasks.
    const jobs = ['a', 'b', 'c'].map(
      (id) => new Promise((resolve) => setImmediate(() => resolve(asked(store, id)))),
    );
    expect(await Promise.all(jobs)).toMatchObject([made, made, made]);
    expect(post.mock.calls.map(([message]) => message.length)).toEqual([3]);
    await store.close();
  });

  it('a thread that crashes while a batch is sent rejects the batch; the next call is answered', async () => {
    const store = storeOf();
    await store.open();
    const crash = crashOf('writer-thread');
    await store.plan({ types: {}, limit: 1 });
    const ended = crash();
    const lost = asked(store, 'a').catch((error) => error);
    await ended;
    expect(await lost).toMatchObject({ code: 'unavailable' });
    await expect.poll(() => asked(store, 'b').catch((error) => error)).toMatchObject(made);
    await store.close();
  });

  it('an idle thread that crashes is replaced, and so is a reading thread', async () => {
    const store = storeOf();
    await store.open();
    const crash = crashOf('reader-thread');
    expect(await store.getJob('a', {})).toBeUndefined();
    await crash();
    await expect.poll(() => store.getJob('a', {}).catch((error) => error)).toBeUndefined();
    await store.close();
  });

  it('a long read does not hold up a write', async () => {
    const store = storeOf();
    await store.open();
    const reads = Array.from({ length: 5_000 }, () => store.stats({ hours: 24 }));
    let readsDone = 0;
    for (const read of reads) read.then(() => (readsDone += 1));
    await store.plan({ types: {}, limit: 1 });
    expect(readsDone).toBeLessThan(5_000);
    await Promise.all(reads);
    await store.close();
  });
});

/** Ends the first thread of this name that gets a request from now on. */
function crashOf(name: string): () => Promise<unknown> {
  let found: Worker | undefined;
  const post = Worker.prototype.postMessage;
  const spy = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
    this: Worker,
    ...message
  ) {
    if (this.threadName === name) found ??= this;
    return post.apply(this, message);
  });
  return async () => {
    spy.mockRestore();
    await found?.terminate();
  };
}
