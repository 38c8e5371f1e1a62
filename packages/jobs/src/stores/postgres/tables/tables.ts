import type { SettleInput } from '../../../core/store/store-passes.ts';
import {
  type AsyncTables,
  answerFrom,
  runScriptAsync,
  type Script,
} from '../../../core/transactions/script.ts';
import { claimTables } from '../claims/claim.ts';
import { lockClaims, lockEndedClaims } from '../locks/claim-locks.ts';
import { commandTables, type HowToCommand } from '../locks/command-tables.ts';
import { DueLook, type OpenedPlan } from '../locks/due-look.ts';
import type { OpenedMove } from '../shortcuts/move-succeeded.ts';
import { pruneTables } from '../upkeep/prune.ts';
import { type HowToInsert, jobTables } from './job-tables.ts';
import { liveRunsOf } from './live-runs.ts';
import { claimedRunTables, waitingRunTables } from './run-tables.ts';
import type { Unit } from './unit.ts';
import { writeJobs, writeUnit, writeUnitUnanswered } from './write-unit.ts';

/** How a transaction is done, and what was asked for together with its BEGIN. */
export interface TablesOptions extends HowToCommand, HowToInsert {
  /** Of the node that a plan or a claim is for: it may claim only as long as its lease lasts. */
  readonly hasJoined?: boolean;
  /** It settles the claims of this batch. */
  readonly settles?: { readonly batch: readonly SettleInput[]; readonly opened: OpenedMove | undefined };
  readonly openedPlan?: OpenedPlan | undefined;
}

/** Runs a transaction of `core` in a unit. */
export function runIn<T>(u: Unit, script: Script<T>, options: TablesOptions = {}): Promise<T> {
  return runScriptAsync(script, answerFrom(createTables(u, options)));
}

function createTables(u: Unit, options: TablesOptions): AsyncTables {
  const { hasJoined = false, settles, openedPlan } = options;
  const dueLook = new DueLook(u, { hasJoined, opened: openedPlan });
  let isPlan = false;
  /** Tells the unit what was made. */
  let tellMade = (): void => undefined;
  return {
    ...waitingRunTables(u),
    ...claimedRunTables(u),
    ...commandTables(u, options),
    ...jobTables(u, options),
    ...pruneTables(u),
    ...claimTables(u, hasJoined),
    liveRuns: (uids, counts) => liveRunsOf(u, uids, counts),
    async lockClaims(claims) {
      if (settles === undefined) return lockClaims(u, claims);
      const states = await lockEndedClaims(u, settles);
      // What others did to their jobs' live runs since, nobody has looked at.
      if (states.every((state) => typeof state === 'object' && 'movedOf' in state))
        u.looked = settles.opened?.live;
      return states;
    },
    async write() {
      if (!isPlan) return void (await writeUnit(u));
      dueLook.written();
      tellMade = await writeUnitUnanswered(u);
    },
    writeJobs: () => writeJobs(u),
    lockDue(input) {
      isPlan = true;
      return dueLook.lockDue(input);
    },
    async endPlan(planned) {
      const end = await dueLook.end(planned);
      tellMade();
      return end;
    },
  };
}
