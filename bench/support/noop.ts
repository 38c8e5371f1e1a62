import {
  type Clock,
  createEngine,
  createSystemClock,
  defineJobType,
  type Engine,
  type EngineOptions,
  type JobStore,
} from '@greenvue/jobs';
import { createSqliteStore } from '@greenvue/jobs/sqlite';
import { z } from 'zod';

/** A job type that only calls back. */
export function noopType(called: (scheduledFor: number | undefined) => void) {
  return defineJobType({
    type: 'noop',
    module: import.meta.url,
    payload: z.strictObject({}),
    run: async (ctx) => called(ctx.run.scheduledFor?.getTime()),
  });
}

export type NoopType = ReturnType<typeof noopType>;

export type StoreOn = (clock: Clock) => JobStore;

export const sqliteAt =
  (file: string): StoreOn =>
  (clock) =>
    createSqliteStore({ file, clock });

export function engineOn(
  storeOn: StoreOn,
  type: NoopType,
  options: Partial<EngineOptions<unknown>> = {},
): Engine {
  const clock = createSystemClock();
  return createEngine<unknown>({ store: storeOn(clock), jobTypes: [type], deps: {}, clock, ...options });
}

export function engineOf(file: string, type: NoopType): Engine {
  return engineOn(sqliteAt(file), type);
}

/** Concurrent requests: more would wait too long for a connection on PostgreSQL. */
const AT_ONCE = 500;

/** Creates jobs and queues their runs, with an engine without places. */
export async function queueRuns(
  storeOn: StoreOn,
  { jobs, runs }: { readonly jobs: number; readonly runs: number },
): Promise<void> {
  const type = noopType(() => undefined);
  const engine = engineOn(storeOn, type, { concurrency: 0 });
  await engine.start();
  const ids = Array.from({ length: jobs }, (_, n) => `drain-${n}`);
  await Promise.all(
    ids.map((id) => engine.putJob({ id, name: id, type: 'noop', onDemand: true, overlap: 'allow' })),
  );
  const asked = ids.flatMap((id) => Array.from({ length: runs }, () => id));
  while (asked.length > 0) await Promise.all(asked.splice(0, AT_ONCE).map((id) => engine.trigger(id)));
  await engine.stop();
}
