import { createEngine, createSystemClock, type Engine } from '@greenvue/jobs';
import { createPostgresStore } from '@greenvue/jobs/postgres';
import { noopType } from './noop.ts';

/** An engine over PostgreSQL with the job type that does nothing; 0 places: it only takes requests. */
export function engineOnPostgres(url: string, concurrency = 10): Engine {
  const clock = createSystemClock();
  return createEngine<unknown>({
    store: createPostgresStore({ url, clock }),
    jobTypes: [noopType(() => undefined)],
    deps: {},
    clock,
    concurrency,
  });
}
