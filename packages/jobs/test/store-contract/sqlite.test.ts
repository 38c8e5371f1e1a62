import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createSqliteStore } from '../../src/stores/sqlite/index.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { auditContract } from './audit.ts';
import { cancelContract } from './cancel.ts';
import { catchUpContract } from './catch-up.ts';
import { claimContract } from './claim.ts';
import { commandsContract } from './commands.ts';
import { editsContract } from './edits.ts';
import { jobsContract } from './jobs.ts';
import { listJobsContract } from './list-jobs.ts';
import { listRunsContract } from './list-runs.ts';
import { pauseContract } from './pause.ts';
import { planContract } from './plan.ts';
import { pruneContract } from './prune.ts';
import { racesContract } from './races.ts';
import { recoverContract } from './recover.ts';
import { reportContract } from './report.ts';
import type { MakeStore } from './rig.ts';
import { roomContract } from './room.ts';
import { settleContract } from './settle.ts';

const makeStore: MakeStore = async (startMs) => {
  const folder = await mkdtemp(join(tmpdir(), 'store-contract-'));
  const clock = createFakeClock(startMs);
  const open = async () => {
    const opened = createSqliteStore({ file: join(folder, 'jobs.db'), clock });
    await opened.open();
    return opened;
  };
  let store = await open();
  return {
    store,
    clock,
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    async dispose() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
};

describe('the store contract on SQLite', () => {
  jobsContract(makeStore);
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
  listRunsContract(makeStore);
  auditContract(makeStore);
  pruneContract(makeStore);
  racesContract(makeStore);
});
