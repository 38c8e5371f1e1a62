import type { Engine } from '@greenvue/jobs';
import { createPostgresStore } from '@greenvue/jobs/postgres';
import { engineOn, noopType } from './noop.ts';

/** An engine over PostgreSQL with the job type that does nothing; 0 places: it only takes requests. */
export function engineOnPostgres(url: string, concurrency = 10): Engine {
  const type = noopType(() => undefined);
  return engineOn((clock) => createPostgresStore({ url, clock }), type, { concurrency });
}
