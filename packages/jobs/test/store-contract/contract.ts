import { auditContract } from './audit.ts';
import { cancelContract } from './cancel.ts';
import { catchUpContract } from './catch-up.ts';
import { checkContract } from './check.ts';
import { claimContract } from './claim.ts';
import { commandsContract } from './commands.ts';
import { countHealthContract } from './count-health.ts';
import { editsContract } from './edits.ts';
import { jobsContract } from './jobs.ts';
import { listJobsContract } from './list-jobs.ts';
import { listRunsContract } from './list-runs.ts';
import { manyJobsContract } from './many-jobs.ts';
import { pauseContract } from './pause.ts';
import { planContract } from './plan.ts';
import { pruneContract } from './prune.ts';
import { racesContract } from './races.ts';
import { recentRunsContract } from './recent-runs.ts';
import { recoverContract } from './recover.ts';
import { reportContract } from './report.ts';
import type { MakeStore } from './rig.ts';
import { roomContract } from './room.ts';
import { settleContract } from './settle.ts';
import { tracesContract } from './traces.ts';

/** All topics of the store's contract: every store passes the same ones. */
export function storeContract(makeStore: MakeStore): void {
  checkContract(makeStore);
  jobsContract(makeStore);
  manyJobsContract(makeStore);
  commandsContract(makeStore);
  editsContract(makeStore);
  pauseContract(makeStore);
  planContract(makeStore);
  catchUpContract(makeStore);
  claimContract(makeStore);
  settleContract(makeStore);
  roomContract(makeStore);
  recoverContract(makeStore);
  cancelContract(makeStore);
  reportContract(makeStore);
  listJobsContract(makeStore);
  recentRunsContract(makeStore);
  countHealthContract(makeStore);
  listRunsContract(makeStore);
  auditContract(makeStore);
  pruneContract(makeStore);
  racesContract(makeStore);
  tracesContract(makeStore);
}
