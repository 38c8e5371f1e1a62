import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../packages/jobs/src/engine/engine.ts';
import { createSqliteStore } from '../../../packages/jobs/src/stores/sqlite/store.ts';
import { createSystemClock } from '../../../packages/jobs/src/system-clock.ts';
import { silentLogger } from '../../../packages/jobs/test/silent-logger.ts';
import { FACTS_FILE, type Fact } from './facts.ts';
import { busy, resumable } from './types.ts';

/** The process whose writes are recorded. Arguments: its folder, and the rounds of work after which it stops. */
const [, , folder = '', rounds = ''] = process.argv;
const facts = openSync(join(folder, FACTS_FILE), 'a');
const tell = (...told: readonly Fact[]) =>
  void writeSync(facts, told.map((fact) => `${JSON.stringify(fact)}\n`).join(''));

const clock = createSystemClock();
const engine = createEngine({
  store: createSqliteStore({ file: join(folder, 'jobs.db'), clock }),
  jobTypes: [
    busy,
    resumable(
      (id, at) => tell({ kind: 'checkpoint', id, at }),
      () => undefined,
    ),
  ],
  deps: {},
  logger: silentLogger,
  minIntervalMs: 10,
  retention: { finishedPerJob: 1e9, skippedPerJob: 1e9 },
});
await engine.start();
for (const type of ['busy', 'resumable'])
  engine.on(['run.succeeded', 'run.failed'], type, ({ run }) =>
    tell({ kind: 'settled', id: run.id, status: run.status }),
  );
const backoff = { initial: '20ms', max: '100ms' };
const common = { type: 'busy', overlap: 'allow', backoff } as const;
for (const overlap of ['skip', 'queue', 'allow'] as const)
  for (const every of [70, 150])
    await engine.putJob({
      ...common,
      id: `${overlap}-${every}`,
      name: 'Grid',
      interval: `${every}ms`,
      overlap,
      payload: { ms: every - 60, fails: every === 70 },
    });
await engine.putJob({ ...common, id: 'by-hand', name: 'By hand', onDemand: true, payload: { ms: 1 } });
await engine.putJob({ ...common, id: 'follower', name: 'Follower', after: { job: 'by-hand' } });
await engine.putJob({ id: 'long', name: 'Long', type: 'resumable', overlap: 'allow', onDemand: true });

for (let n = 0; n < Number(rounds); n += 1) {
  const asked = [...Array.from({ length: 5 }, () => 'by-hand'), ...(n % 5 === 0 ? ['long'] : [])];
  const made = await Promise.all(asked.map((id) => engine.trigger(id)));
  tell(...made.map(({ run }): Fact => ({ kind: 'run', id: run.id })));
  const id = `edited-${process.pid}-${n % 20}`;
  if (n % 20 === n) await engine.createJob({ ...common, id, name: 'New', onDemand: true });
  const { job } = await engine.patchJob(id, { name: `Name ${n}` });
  tell({ kind: 'job', id, version: job.version });
  const gone = `gone-${process.pid}-${n}`;
  if (n % 10 === 0) {
    await engine.createJob({ ...common, id: gone, name: 'Gone', onDemand: true });
    await engine.deleteJob(gone);
    tell({ kind: 'deleted', id: gone });
  }
  await new Promise((resolve) => setTimeout(resolve, 5));
}
await engine.stop();
