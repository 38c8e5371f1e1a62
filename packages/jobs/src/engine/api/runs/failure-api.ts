import { DEFAULT_PAGE_ROWS } from '../../../core/limits.ts';
import type { FailurePage } from '../../../core/store/failure-views.ts';
import type { EngineParts } from '../../engine-parts.ts';
import type { FailureListQuery } from '../../ports/engine-port.ts';
import { parseInstant } from '../command-options.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24;

/** Failed runs by fingerprint, of the last 24 hours unless the query says otherwise. */
export function listFailures(
  { store }: EngineParts,
  {
    hours = DEFAULT_HOURS,
    from,
    to,
    sort = 'last_seen',
    limit = DEFAULT_PAGE_ROWS,
    ...which
  }: FailureListQuery = {},
): Promise<FailurePage> {
  const until = parseInstant(to, '/to') ?? store.now() + 1;
  const since = parseInstant(from, '/from') ?? until - hours * HOUR_MS;
  return store.listFailures({ ...which, from: since, to: until, sort, limit });
}
