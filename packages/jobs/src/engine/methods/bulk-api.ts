import { pause, resume } from '../api/jobs/job-api.ts';
import { type BulkDeps, cancelBulkCommand, getBulkCommand, listBulkCommands } from '../bulk/kept-commands.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { BulkApi, BulkEngine } from '../ports/bulk-port.ts';

/** The methods about bulk commands. `jobs`: changes items for callers who name no other engine. */
export function createBulkApi(
  deps: BulkDeps,
  given: typeof checkedArguments,
  jobs: () => BulkEngine,
): BulkApi {
  const { bulk } = deps;
  const own = (): BulkEngine => ({
    ...jobs(),
    // Without the views that nobody reads.
    pauseJob: (...args) => pause(deps, ...args),
    resumeJob: (...args) => resume(deps, ...args),
  });
  return {
    bulkJobs: async (...args) => {
      const [input, options = {}] = given('bulkJobs', args);
      return bulk.changeJobs(input, options, options.engine ?? own());
    },
    bulkRuns: async (...args) => {
      const [input, options = {}] = given('bulkRuns', args);
      return bulk.changeRuns(input, options, options.engine ?? own());
    },
    getBulkCommand: async (...args) => getBulkCommand(deps, ...given('getBulkCommand', args)),
    listBulkCommands: async (...args) => listBulkCommands(deps, ...given('listBulkCommands', args)),
    cancelBulkCommand: async (...args) => cancelBulkCommand(deps, ...given('cancelBulkCommand', args)),
  };
}
