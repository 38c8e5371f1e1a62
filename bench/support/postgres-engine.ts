import type { Engine } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import { engineOn, noopType } from './noop.ts';

/** An engine on PostgreSQL with the no-op job type; with 0 places it only takes requests. */
export function engineOnPostgres(url: string, concurrency = 10): Engine {
  const type = noopType(() => undefined);
  return engineOn(() => postgres(url), type, { concurrency });
}
