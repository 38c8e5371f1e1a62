import type { BulkApi, BulkEngine } from '../../engine/ports/engine-port.ts';
import { type JobScope, scopeKey } from './job-scope.ts';

/**
 * Bulk commands of a caller with a scope: each job or run is read and changed by `scoped`, and callers with
 * the same scope see the command.
 */
export function scopedBulk(engine: BulkApi, bounds: JobScope, scoped: () => BulkEngine): BulkApi {
  const scope = scopeKey(bounds);
  return {
    bulkJobs: (input, options) => engine.bulkJobs(input, { ...options, engine: scoped(), scope }),
    bulkRuns: (input, options) => engine.bulkRuns(input, { ...options, engine: scoped(), scope }),
    getBulkCommand: (id) => engine.getBulkCommand(id, { scope }),
    listBulkCommands: (query) => engine.listBulkCommands({ ...query, scope }),
    cancelBulkCommand: (id, options) => engine.cancelBulkCommand(id, { ...options, scope }),
  };
}
