import { listRuns } from '../api/list-api.ts';
import { listFailures } from '../api/runs/failure-api.ts';
import { cancelRun, getLogs, getRun, retryRun } from '../api/runs/run-api.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { Engine } from '../ports/engine-port.ts';

/** The methods about runs that exist. */
export function createRunsApi(
  parts: EngineParts,
  given: typeof checkedArguments,
): Pick<Engine, 'getRun' | 'listRuns' | 'listFailures' | 'getLogs' | 'cancelRun' | 'retryRun'> {
  return {
    getRun: async (...args) => getRun(parts, ...given('getRun', args)),
    listRuns: async (...args) => listRuns(parts, ...given('listRuns', args)),
    listFailures: async (...args) => listFailures(parts, ...given('listFailures', args)),
    getLogs: async (...args) => getLogs(parts, ...given('getLogs', args)),
    cancelRun: async (...args) => cancelRun(parts, ...given('cancelRun', args)),
    retryRun: async (...args) => retryRun(parts, ...given('retryRun', args)),
  };
}
