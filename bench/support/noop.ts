import { createJobs, defineJobType, type Engine, type JobStore, type JobsOptions } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
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

export type MakeStore = () => JobStore;

export const sqliteAt =
  (file: string): MakeStore =>
  () =>
    sqlite(file);

export function engineOn(
  makeStore: MakeStore,
  type: NoopType,
  options: Omit<JobsOptions<[]>, 'store' | 'types' | 'deps'> = {},
): Engine {
  return createJobs({ store: makeStore(), types: [type], ...options });
}

export function engineOf(file: string, type: NoopType): Engine {
  return engineOn(sqliteAt(file), type);
}

/** Concurrent requests: more would wait too long for a connection on PostgreSQL. */
const AT_ONCE = 500;

/** Creates jobs and queues their runs, with an engine without places. */
export async function queueRuns(
  makeStore: MakeStore,
  { jobs, runs }: { readonly jobs: number; readonly runs: number },
): Promise<void> {
  const type = noopType(() => undefined);
  const engine = engineOn(makeStore, type, { concurrency: 0 });
  await engine.start();
  const ids = Array.from({ length: jobs }, (_, n) => `drain-${n}`);
  await Promise.all(
    ids.map((id) => engine.putJob({ id, name: id, type: 'noop', onDemand: true, overlap: 'allow' })),
  );
  const asked = ids.flatMap((id) => Array.from({ length: runs }, () => id));
  while (asked.length > 0) await Promise.all(asked.splice(0, AT_ONCE).map((id) => engine.trigger(id)));
  await engine.stop();
}
