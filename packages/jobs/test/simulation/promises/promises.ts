import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';
import * as asked from './asked.ts';
import * as atEnd from './at-end.ts';
import * as attempts from './attempts.ts';
import * as backfills from './backfills.ts';
import * as claims from './claims.ts';
import * as commands from './commands.ts';
import * as ends from './ends.ts';
import * as expiry from './expiry.ts';
import * as handlers from './handlers.ts';
import * as held from './held-claims.ts';
import * as room from './room.ts';
import * as rows from './rows.ts';
import * as slots from './slots.ts';
import * as stops from './stops.ts';
import * as upstreams from './upstreams.ts';

/** Says how a step violates the promise, if it does. */
export type Check = (step: Step, past: Past) => string | undefined;

/** What holds after each step. */
export const PROMISES: Readonly<Record<string, Check>> = {
  'P1, identity': commands.idsAreUnique,
  'P3, grid': slots.nextSlotIsOnGrid,
  'P4, stored next run': slots.activeJobHasNext,
  'P5, one run per slot': slots.oneRunPerSlot,
  'P6, catch-up: covered slots': slots.eachSlotIsCovered,
  'P6, catch-up: counted slots': slots.missedSlotsAreCounted,
  'P17, clock': slots.rowsAreNotCoveredAgain,
  'P7, overlap: room': room.waitingRunsHaveRoom,
  'P7, overlap: claimed runs': room.claimedRunsFit,
  'P7, overlap: live runs': room.liveRunsFit,
  'P7, overlap: waiting runs': room.noRunWaitsForNothing,
  'P8, retries: backoff': attempts.retriesWait,
  'P8, retries: attempts': attempts.failsOnlyAtTheEnd,
  'P9, lost nodes: attempts': attempts.lossCostsNoAttempt,
  'P9, lost nodes: stops': held.stopsLoseNoClaim,
  'P10, fence: held claims': held.claimsDoNotStay,
  'P9, lost nodes: suspects': attempts.oneSuspectRuns,
  'P10, fence: order': attempts.fencesRise,
  'P10, fence: settlement': attempts.onlyTheNewestClaimSettles,
  'P10, fence: ended runs': attempts.endedRunsStay,
  'P10, fence: executions': handlers.eachClaimRunsOnce,
  'P11, timeout': stops.timeoutsReachHandlers,
  'P12, cancel: handlers': stops.cancelsReachHandlers,
  'P36, tags and bulk: pause of all': stops.pauseOfAllHolds,
  'P7, overlap: lost nodes': handlers.lostNodesHaveStopped,
  'P10, fence: saved state': claims.onlyTheNewestClaimSaves,
  'P32, chains and gates: ends': upstreams.endsAreNoted,
  'P12, cancel': commands.cancelledRunsStayCancelled,
  'P13, delete': commands.deletedJobsMakeNoRuns,
  'P14, pause': commands.pausedJobsMakeNoRuns,
  'P16, edit': commands.editsHaveVersions,
  'P35, expiry': handlers.expiredRunsDoNotStart,
  'P7, overlap: handlers': handlers.handlersDoNotOverlap,
  'P29, limits and priority: limits of a type': room.limitsHold,
  'P1, identity: room': asked.skippedSlotsHadNoRoom,
  'P3, grid: fixed delay': ends.fixedDelayCountsFromTheEnd,
  'P3, grid: ahead of time': ends.onlyLoneRunsAreAhead,
  'P4, stored next run: finished jobs': ends.finishedJobsAreDone,
  'P6, catch-up: late slots': ends.lateSlotsAreMissed,
  'P7, overlap: replaced runs': room.newRunsReplaceOthers,
  'P7, overlap: no bound': room.noRunWaitsUnderAllow,
  'P7, overlap: edits': room.editsHoldRunsBack,
  'P8, retries: errors': claims.retriesKeepTheirErrors,
  'P8, retries: next slot': claims.slotsTakeThePlaceOfRetries,
  'P9, lost nodes: held claims': claims.heldClaimsStay,
  'P9, lost nodes: waits': claims.suspectsWait,
  'P10, fence: reports': claims.onlyTheNewestClaimReports,
  'P12, cancel: stored': asked.cancelsAreStored,
  'P14, pause: held runs': asked.onlyPausedJobsHoldRuns,
  'P15, run now: own time': asked.runsAreNotDueBeforeTheirTime,
  'P16, edit: due slots': asked.dueSlotsAreTakenFirst,
  'P16, edit: new interval': asked.newIntervalsCountFromTheLastSlot,
  'P18, bounds: pruned rows': rows.onlyOldRowsArePruned,
  'P22, types and deploys': claims.nodesClaimWhatTheyCanRun,
  'P23, failure budget': asked.budgetsHold,
  'P29, limits and priority: order': claims.claimsKeepTheOrder,
  'P32, chains and gates: gates': upstreams.gatesHold,
  'P32, chains and gates: chains': upstreams.chainsFollowOnce,
  'P33, calendars and ends: ends': ends.slotsEndAtTheEnd,
  'P33, calendars and ends: runs': ends.runsStayBelowMost,
  'P34, spread': ends.slotsAreSpread,
  'P35, expiry: time': expiry.runsExpireInTime,
  'P37, backfill': backfills.backfillsHold,
  'audit log': asked.changesAreInTheAuditLog,
};

/** What holds when all faults are over, and time has passed. */
export const AT_END: Readonly<Record<string, (past: Past, now: number) => string | undefined>> = {
  'P4, stored next run: due slots': atEnd.dueSlotsAreTaken,
  'P9, lost nodes: due runs': atEnd.dueRunsAreDone,
  'P15, run now': atEnd.toldRunsAreThere,
  'P15, run now: keys': atEnd.keysStandForOneRun,
  'P15, run now: repeats': atEnd.repeatsAreAnswered,
  'P30, resume': atEnd.savedStateIsFound,
  'P18, bounds: counts': rows.countsAreTrue,
};
