import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';
import * as atEnd from './at-end.ts';
import * as attempts from './attempts.ts';
import * as commands from './commands.ts';
import * as handlers from './handlers.ts';
import * as room from './room.ts';
import * as slots from './slots.ts';

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
  'P7, overlap: claimed runs': room.claimedRunsFit,
  'P7, overlap: live runs': room.liveRunsFit,
  'P7, overlap: waiting runs': room.noRunWaitsForNothing,
  'P8, retries: backoff': attempts.retriesWait,
  'P8, retries: attempts': attempts.failsOnlyAtTheEnd,
  'P9, lost nodes: attempts': attempts.lossCostsNoAttempt,
  'P9, lost nodes: suspects': attempts.oneSuspectRuns,
  'P10, fence: order': attempts.fencesRise,
  'P10, fence: settlement': attempts.onlyTheNewestClaimSettles,
  'P10, fence: ended runs': attempts.endedRunsStay,
  'P10, fence: executions': handlers.eachClaimRunsOnce,
  'P12, cancel': commands.cancelledRunsStayCancelled,
  'P13, delete': commands.deletedJobsMakeNoRuns,
  'P14, pause': commands.pausedJobsMakeNoRuns,
  'P16, edit': commands.editsHaveVersions,
  'P35, expiry': handlers.expiredRunsDoNotStart,
  'P7, overlap: handlers': handlers.handlersDoNotOverlap,
  'P29, limits and priority: limits of a type': room.limitsHold,
};

/** What holds when all faults are over, and time has passed. */
export const AT_END: Readonly<Record<string, (past: Past, now: number) => string | undefined>> = {
  'P4, stored next run: due slots': atEnd.dueSlotsAreTaken,
  'P9, lost nodes: due runs': atEnd.dueRunsAreDone,
  'P15, run now': atEnd.toldRunsAreThere,
  'P30, resume': atEnd.savedStateIsFound,
};
