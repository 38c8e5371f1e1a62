import type { SettleInput } from '../../../core/store/store-passes.ts';
import {
  type AsyncTables,
  answerFrom,
  runScriptAsync,
  type Script,
} from '../../../core/transactions/script.ts';
import { claimTables } from '../claims/claim.ts';
import { limitTables } from '../limits/limit-tables.ts';
import { lockClaims, lockEndedClaims } from '../locks/claim-locks.ts';
import { commandTables, type HowToCommand } from '../locks/command-tables.ts';
import { DueLook, type OpenedPlan } from '../locks/due-look.ts';
import type { OpenedMove } from '../shortcuts/move-succeeded.ts';
import { pruneTables } from '../upkeep/prune.ts';
import { alertTables } from './alert-tables.ts';
import { backfillTables } from './backfill-tables.ts';
import { bulkTables } from './bulk-tables.ts';
import { calendarTables } from './calendar-tables.ts';
import { checkpointTables } from './checkpoint-tables.ts';
import { completionTables } from './completion-tables.ts';
import { type HowToInsert, jobTables } from './job-tables.ts';
import { liveRunsOf } from './live-runs.ts';
import { claimedRunTables, waitingRunTables } from './run-tables.ts';
import { secretTables } from './secret-tables.ts';
import type { Unit } from './unit.ts';
import { upstreamTables } from './upstream-tables.ts';
import { writeJobs, writeUnit, writeUnitUnanswered } from './write-unit.ts';

/** Options for a transaction, and the answers to statements that were sent with its BEGIN. */
export interface TablesOptions extends HowToCommand, HowToInsert {
  /** The node of a plan or claim has joined: it may claim only while its lease lasts. */
  readonly hasJoined?: boolean;
  /** The batch of claims that the transaction settles. */
  readonly settles?: { readonly batch: readonly SettleInput[]; readonly opened: OpenedMove | undefined };
  readonly openedPlan?: OpenedPlan | undefined;
}

/** Runs a script in a unit. */
export function runIn<T>(u: Unit, script: Script<T>, options: TablesOptions = {}): Promise<T> {
  return runScriptAsync(script, answerFrom(createTables(u, options)));
}

export function createTables(u: Unit, options: TablesOptions): AsyncTables {
  const { hasJoined = false, settles, openedPlan } = options;
  const dueLook = new DueLook(u, { hasJoined, opened: openedPlan });
  let isPlan = false;
  /** Adds the made runs to the unit. */
  let addMadeRuns = (): void => undefined;
  return {
    ...waitingRunTables(u),
    ...claimedRunTables(u),
    ...commandTables(u, options),
    ...jobTables(u, options),
    ...pruneTables(u),
    ...alertTables(u),
    ...secretTables(u),
    ...upstreamTables(u),
    ...checkpointTables(u),
    ...completionTables(u),
    ...calendarTables(u),
    ...limitTables(u, hasJoined),
    ...backfillTables(u),
    ...bulkTables(u),
    ...claimTables(u, hasJoined),
    liveRuns: (uids, counts) => liveRunsOf(u, uids, counts),
    async lockClaims(claims) {
      if (settles === undefined) return lockClaims(u, claims);
      const states = await lockEndedClaims(u, settles);
      // If other transactions held some of the jobs, their live runs may have changed since the opening.
      if (states.every((state) => typeof state === 'object' && 'movedOf' in state))
        u.looked = settles.opened?.live;
      return states;
    },
    async write() {
      if (!isPlan) return void (await writeUnit(u));
      dueLook.written();
      addMadeRuns = await writeUnitUnanswered(u);
    },
    writeJobs: () => writeJobs(u),
    lockDue(input) {
      isPlan = true;
      return dueLook.lockDue(input);
    },
    async endPlan(planned) {
      const end = await dueLook.end(planned);
      addMadeRuns();
      return end;
    },
  };
}
