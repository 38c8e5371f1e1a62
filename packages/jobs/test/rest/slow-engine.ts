import type { Engine } from '../../src/index.ts';

/** An engine that counts the requests for single jobs, and answers them only once they are released. */
export function slowEngine(engine: Engine) {
  const asked = { jobs: 0 };
  const released = Promise.withResolvers<void>();
  const slow: Engine = Object.create(engine, {
    getJob: {
      value: async (jobId: string) => {
        asked.jobs += 1;
        await released.promise;
        return engine.getJob(jobId);
      },
    },
  });
  return { slow, asked, release: released.resolve };
}
