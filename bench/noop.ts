import {
  createEngine,
  createSystemClock,
  defineJobType,
  type Engine,
  type EngineOptions,
} from '@greenvue/jobs';
import { createSqliteStore } from '@greenvue/jobs/sqlite';
import { z } from 'zod';

/** A job type that does nothing but call back. */
export function noopType(called: (scheduledFor: number | undefined) => void) {
  return defineJobType({
    type: 'noop',
    module: import.meta.url,
    payload: z.strictObject({}),
    run: async (ctx) => called(ctx.run.scheduledFor?.getTime()),
  });
}

export type NoopType = ReturnType<typeof noopType>;

export function engineOf(
  file: string,
  type: NoopType,
  options: Partial<EngineOptions<unknown>> = {},
): Engine {
  const clock = createSystemClock();
  return createEngine<unknown>({
    store: createSqliteStore({ file, clock }),
    jobTypes: [type],
    deps: {},
    clock,
    ...options,
  });
}

/** Makes jobs and queues runs of them, with an engine that runs nothing. */
export async function queueRuns(
  file: string,
  { jobs, runs }: { readonly jobs: number; readonly runs: number },
): Promise<void> {
  const engine = engineOf(
    file,
    noopType(() => undefined),
    { concurrency: 0 },
  );
  await engine.start();
  const ids = Array.from({ length: jobs }, (_, n) => `drain-${n}`);
  await Promise.all(
    ids.map((id) => engine.createJob({ id, name: id, type: 'noop', onDemand: true, overlap: 'allow' })),
  );
  for (let queued = 0; queued < runs; queued += 50) {
    await Promise.all(
      ids.flatMap((id) => Array.from({ length: Math.min(50, runs - queued) }, () => engine.trigger(id))),
    );
  }
  await engine.stop();
}
