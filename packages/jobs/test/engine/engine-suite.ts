import { describe } from 'vitest';
import { activities } from './activity.ts';
import { startingAtOnce } from './at-once.ts';
import { beforeAndAfter } from './before-and-after.ts';
import { besideRequests } from './beside-requests.ts';
import { bulkCommands } from './bulk-commands.ts';
import { bulkEnds } from './bulk-ends.ts';
import { bulkRetries } from './bulk-retries.ts';
import { calendars } from './calendars.ts';
import { calendarsInCode } from './calendars-in-code.ts';
import { chains } from './chains.ts';
import { dispatching } from './dispatch.ts';
import { draining } from './draining.ts';
import type { MakeDatabase } from './engine-harness.ts';
import { enqueueing } from './enqueueing.ts';
import { execution } from './execute.ts';
import { expiring } from './expiring.ts';
import { failureBudgets } from './failure-budgets.ts';
import { gates } from './gates.ts';
import { gathering } from './gathering.ts';
import { histories } from './histories.ts';
import { holdingStarts } from './holding-starts.ts';
import { hooks } from './hooks.ts';
import { jobsInCode } from './jobs-in-code.ts';
import { lateAnswers } from './late-answers.ts';
import { leases } from './lease-ending.ts';
import { limiting } from './limiting.ts';
import { logLines } from './log-lines.ts';
import { lookingAhead } from './look-ahead.ts';
import { looks } from './looks.ts';
import { lostAnswers } from './lost-answers.ts';
import { lostReports } from './lost-reports.ts';
import { maxRunning } from './max-running.ts';
import { outages } from './outage.ts';
import { pausingAll } from './pausing-all.ts';
import { placesAhead } from './places-ahead.ts';
import { policies } from './policies.ts';
import { priorities } from './priorities.ts';
import { prioritySlots } from './priority-slots.ts';
import { promises } from './promises.ts';
import { replacing } from './replacing.ts';
import { restarts } from './restarts.ts';
import { resuming } from './resuming.ts';
import { scheduling } from './scheduling.ts';
import { secretKeys } from './secret-keys.ts';
import { secrets } from './secrets.ts';
import { shutdowns } from './shutdown.ts';
import { tracing } from './tracing.ts';
import { waiting } from './waiting.ts';

/**
 * The promises of an engine on any store. `makeOwn` makes databases that no other test has used, for tests of
 * starts and stops.
 */
export function engineSuite(makeDatabase: MakeDatabase, makeOwn = makeDatabase): void {
  engineWithStore(makeDatabase, makeOwn);
  engineRules(makeDatabase);
}

/**
 * The promises that an engine keeps together with its store: when work is claimed, written, lost and found.
 */
export function engineWithStore(makeDatabase: MakeDatabase, makeOwn = makeDatabase): void {
  // Each topic prepares its own tests.
  describe('history', () => histories(makeDatabase));
  describe('promises', () => promises(makeDatabase));
  describe('restarts', () => restarts(makeOwn));
  describe('before and after', () => beforeAndAfter(makeOwn));
  describe('shutdowns', () => shutdowns(makeOwn));
  describe('dispatching', () => dispatching(makeDatabase));
  describe('bulk commands', () => bulkCommands(makeDatabase));
  describe('bulk commands on runs', () => bulkRetries(makeDatabase));
  describe('ends of bulk commands', () => bulkEnds(makeDatabase));
  describe('secrets in payloads', () => secrets(makeDatabase));
  describe('keys of secrets', () => secretKeys(makeDatabase));
  describe('enqueueing', () => enqueueing(makeDatabase));
  describe('expiry', () => expiring(makeDatabase));
  describe('priority', () => priorities(makeDatabase));
  describe('max_running', () => maxRunning(makeDatabase));
  describe('replacing', () => replacing(makeDatabase));
  describe('gates', () => gates(makeDatabase));
  describe('resuming', () => resuming(makeDatabase));
  describe('limits of types', () => limiting(makeDatabase));
  describe('chains', () => chains(makeDatabase));
  describe('failure budgets', () => failureBudgets(makeDatabase));
  describe('hooks', () => hooks(makeDatabase));
  describe('jobs in code', () => jobsInCode(makeOwn));
  describe('calendars in code', () => calendarsInCode(makeOwn));
  describe('draining', () => draining(makeDatabase));
  describe('holding starts', () => holdingStarts(makeDatabase));
  describe('pausing all', () => pausingAll(makeDatabase));
  describe('late answers', () => lateAnswers(makeDatabase));
  describe('starting at once', () => startingAtOnce(makeDatabase));
  describe('looking ahead', () => lookingAhead(makeDatabase));
  describe('places ahead', () => placesAhead(makeDatabase));
  describe('priority slots', () => prioritySlots(makeDatabase));
  describe('looks', () => looks(makeDatabase));
  describe('leases', () => leases(makeDatabase));
  describe('gathering', () => gathering(makeDatabase));
  describe('beside requests', () => besideRequests(makeDatabase));
  describe('outages', () => outages(makeDatabase));
  describe('lost answers', () => lostAnswers(makeDatabase));
  describe('lost reports', () => lostReports(makeDatabase));
}

/**
 * The promises for which the engine only needs the contract of its store, which each store keeps: so these
 * are not tested over PostgreSQL, where each test starts a thread and several connections.
 */
function engineRules(makeDatabase: MakeDatabase): void {
  describe('activity', () => activities(makeDatabase));
  describe('execution', () => execution(makeDatabase));
  describe('policies', () => policies(makeDatabase));
  describe('calendars', () => calendars(makeDatabase));
  describe('scheduling', () => scheduling(makeDatabase));
  describe('waiting', () => waiting(makeDatabase));
  describe('tracing', () => tracing(makeDatabase));
  describe('log lines', () => logLines(makeDatabase));
}
