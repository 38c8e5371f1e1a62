import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, type Engine } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';
import { type PostgresServer, startPostgres } from './server.ts';
import { UNSOUND } from './soundness.ts';
import { queryDatabase } from './test-database.ts';

const DISK_MB = 180;
/** WAL that the server keeps for reuse would hide that the disk is full. */
const SETTINGS = { max_wal_size: '32MB', min_wal_size: '32MB' };
const MB = Buffer.alloc(1 << 20);
/** Its own runs fill the last room. */
const RESULT_BYTES = 20_000;

const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async () => randomBytes(RESULT_BYTES).toString('base64'),
});

/** A small disk in memory. Undefined: this machine does not let the test mount one. */
async function mountDisk(): Promise<string | undefined> {
  const folder = await mkdtemp('/tmp/greenvue-disk-');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', [folder]));
  return folder;
}

async function startEngine(url: string): Promise<Engine> {
  const clock = createSystemClock();
  const store = createPostgresStore({ url, clock });
  const engine = createEngine({ store, clock, jobTypes: [work], deps: {}, logger: silentLogger });
  onTestFinished(() => engine.stop());
  await engine.start();
  return engine;
}

/** Asks for runs until `stop`, and notes those that were acknowledged. */
function requestRuns(engine: Engine) {
  const acknowledged: string[] = [];
  let refusedInRow = 0;
  let isOver = false;
  const loop = (async () => {
    while (!isOver) {
      try {
        acknowledged.push((await engine.trigger('job')).run.id);
        refusedInRow = 0;
      } catch {
        refusedInRow += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  })();
  return {
    acknowledged,
    refusedInRow: () => refusedInRow,
    async stop() {
      isOver = true;
      await loop;
    },
  };
}

/** A server whose WAL found no room has ended. As a service manager would, starts it again. */
async function startAgainIfEnded(server: PostgresServer): Promise<void> {
  const isUp = await queryDatabase(server.url, 'SELECT').then(
    () => true,
    () => false,
  );
  if (!isUp) await server.restart('immediate');
}

// Promises P9, lost nodes; P10, fence.
it('a full disk of the server loses no acknowledged run, and work continues when there is room', async (test) => {
  const disk = await mountDisk();
  if (disk === undefined) return test.skip('needs Linux and root, to mount a small disk in memory');
  const server = await startPostgres({ dataDir: join(disk, 'data'), settings: SETTINGS });
  onTestFinished(() => server.stop());
  const url = await server.createDatabase('full');
  const engine = await startEngine(url);
  await engine.createJob({ id: 'job', name: 'Job', type: 'work', onDemand: true, overlap: 'allow' });
  const requests = requestRuns(engine);
  await expect.poll(() => requests.acknowledged.length).toBeGreaterThan(20);

  const ballast = join(disk, 'ballast');
  const filled = (async () => {
    for (;;) await appendFile(ballast, MB);
  })();
  await expect(filled).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect.poll(() => requests.refusedInRow()).toBeGreaterThan(20);
  const before = requests.acknowledged.length;

  await rm(ballast);
  await startAgainIfEnded(server);
  await expect.poll(() => requests.acknowledged.length).toBeGreaterThan(before + 20);
  await requests.stop();
  const ended = async () => {
    const rows = await queryDatabase<{ id: string }>(url, SUCCEEDED);
    const there = new Set(rows.map(({ id }) => id));
    return requests.acknowledged.filter((id) => !there.has(id));
  };
  await expect.poll(ended).toEqual([]);
  expect(await queryDatabase(url, UNSOUND)).toEqual([]);
});

const SUCCEEDED = "SELECT id::text FROM greenvue_jobs.runs WHERE status = 'succeeded'";
