import { backfillJob, cancelBackfill, getBackfill, listBackfills } from '../api/backfill-api.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { BackfillsApi } from '../ports/backfills-port.ts';

/** The methods about backfills. `given` checks the arguments of a method. */
export function createBackfillsApi(parts: EngineParts, given: typeof checkedArguments): BackfillsApi {
  return {
    backfillJob: async (...args) => backfillJob(parts, ...given('backfillJob', args)),
    getBackfill: async (...args) => getBackfill(parts, ...given('getBackfill', args)),
    listBackfills: async (...args) => listBackfills(parts, ...given('listBackfills', args)),
    cancelBackfill: async (...args) => cancelBackfill(parts, ...given('cancelBackfill', args)),
  };
}
