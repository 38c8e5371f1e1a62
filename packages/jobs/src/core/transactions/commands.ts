import { withSuccesses } from '../chains/gate.ts';
import { upstreamsOf } from '../chains/upstreams.ts';
import type { CancelRequest } from '../commands/cancel.ts';
import { type CommandOutcome, commandJob, createJob } from '../commands/commands.ts';
import type { Refusal } from '../commands/refusal.ts';
import { withKnownCalendar } from '../commands/schedule-refusals.ts';
import { slotRefusal } from '../commands/slot-of-retry.ts';
import type { Job, JobDefinition } from '../model/job.ts';
import { asksForClaimed, asksForPutOff, editedTo, type JobCommand, whoAsks } from '../model/job-command.ts';
import { without } from '../objects.ts';
import { tooManyJobs } from '../policies/policy.ts';
import { replacesLive } from '../rules/decision.ts';
import { mayNeedRoomOfExpired } from '../rules/expiry.ts';
import { sameSchedule } from '../schedule/schedule.ts';
import {
  type CommandInput,
  type CommandResult,
  type InsertOutcome,
  MAX_REPORTED,
} from '../store/store-commands.ts';
import { writeAlerts } from './alerts/alerts.ts';
import { applyDecision, cancelLiveRuns, endExpired, liveRunsOf, replaceLiveRuns } from './apply.ts';
import { addWindows, keepWindows, withWindows } from './calendars/job-windows.ts';
import { follow } from './chains/chains.ts';
import { refuseUpstreams, successesFor } from './chains/upstreams.ts';
import { ask, type Script } from './script.ts';
import { refuseMissing } from './secrets/secrets.ts';
import type { InsertInput } from './tables/tables.ts';
import { asMade, effectsOf, lockedJob, type UnitOfWork } from './unit-of-work.ts';

/** Decides one command while its job is locked, and applies all of its changes (P7, P12 to P16). */
export function* command(unit: UnitOfWork, input: CommandInput): Script<CommandResult> {
  const { command: asked } = input;
  if (asked.kind === 'edit' && upstreamsOf(asked.definition).length > 0) yield* ask('lockUpstreams');
  // Before the job: a change of the calendar locks its jobs.
  const placed = yield* withWindows(asked);
  const { stored, isShared } = yield* ask('lockJob', input);
  if (stored === undefined) return { kind: 'absent' };
  yield* addWindows(unit, [stored]);
  const { job, uid } = lockedJob(unit, stored.uid);
  const { ifUid = job.uid, ifVersion = job.version, dedupeKey } = input;
  if (ifUid !== job.uid || ifVersion !== job.version) return { kind: 'stale', version: job.version };
  const first = dedupeKey === undefined ? undefined : yield* ask('dedupedRun', input, uid);
  if (first !== undefined) return { kind: 'duplicate', run: first, job: withoutWindows(job) };

  const taken =
    asked.kind === 'edit' ? yield* refuseUpstreams(asked.definition, job) : yield* refusalOfSlot(uid, asked);
  if (taken !== undefined) return { kind: 'refused', refusal: taken };
  const upTo = editedTo(asked)?.maxRunning;
  const counts = { claimed: asksForClaimed(job, asked), putOff: asksForPutOff(asked), upTo };
  const successes = yield* successesFor(definitionsIn(job, asked));
  let live = withSuccesses(yield* liveRunsOf(uid, counts), successes);
  const mayNeedRoom = asked.kind === 'trigger' && mayNeedRoomOfExpired(job, live);
  if (mayNeedRoom && (yield* endExpired(unit, uid))) live = yield* liveRunsOf(uid, counts);
  if ('ok' in placed) return yield* refused(unit, placed);
  let before = lockedJob(unit, uid);
  let outcome = commandJob(before.job, live, placed, unit.now);
  if (!outcome.ok) return yield* refused(unit, outcome);
  if (!outcome.changed)
    return {
      kind: 'done',
      changed: false,
      job: withoutWindows(job),
      queued: [],
      finished: [],
      cancelRequests: [],
    };
  const refusal = input.namedSecrets && (yield* refuseMissing(input.namedSecrets));
  if (refusal !== undefined) return yield* refused(unit, refusal);
  const replaced = replacesLive(job, live, outcome.decision) ? yield* replaceLiveRuns(unit, uid) : undefined;
  if (replaced !== undefined) {
    before = lockedJob(unit, uid);
    live = withSuccesses(yield* liveRunsOf(uid, counts), successes);
    outcome = commandJob(before.job, live, placed, unit.now);
    if (!outcome.ok) throw new Error('a command was refused after it made room');
  }
  const { decision } = outcome;
  const { schedule } = decision.job;
  if (schedule.kind === 'after' && !sameSchedule(schedule, job.schedule)) yield* follow(unit, schedule.job);
  if (decision.job.version !== job.version) yield* ask('keepVersion', { uid, job, by: input.audit?.actor });
  yield* applyDecision(unit, before, isShared ? { ...decision, job } : decision);
  const cancelRequests: readonly CancelRequest[] =
    decision.cancelLive === undefined
      ? (replaced?.requests ?? [])
      : yield* cancelLiveRuns(unit, uid, { reason: decision.cancelLive, by: whoAsks(asked) });
  if (input.audit !== undefined) yield* ask('writeAudit', input.audit, input.jobId);
  const hasAlerts = yield* writeAlerts(unit);
  const claimed = yield* ask('endCommand', input, before);
  const made = unit.queued.at(-1);
  if (dedupeKey !== undefined && made !== undefined)
    yield* ask('keepDedupeKey', { uid, key: dedupeKey, runId: made.id });
  return {
    kind: 'done',
    changed: true,
    job: withoutWindows(lockedJob(unit, uid).job),
    queued: unit.queued.map(asMade),
    finished: unit.finished.slice(0, MAX_REPORTED),
    cancelRequests,
    ...(claimed === undefined ? {} : { claimed }),
    ...(hasAlerts ? { hasAlerts } : {}),
    ...effectsOf(unit, job.id),
  };
}

/** The job as its row has it. */
function withoutWindows(job: Job): Job {
  return without(job, 'windows');
}

/** Refuses a command. Runs that expired have ended, whatever the command was. */
function* refused(unit: UnitOfWork, refusal: Refusal): Script<CommandResult> {
  if (unit.unsaved.size > 0) {
    yield* writeAlerts(unit);
    yield* ask('write');
  }
  return { kind: 'refused', refusal };
}

/** The definitions whose slots a command may take. */
function definitionsIn(job: JobDefinition, command: JobCommand): readonly JobDefinition[] {
  const edited = editedTo(command);
  if (edited !== undefined) return [job, edited];
  const { kind } = command;
  return kind === 'pause' || kind === 'resume' || kind === 'withdraw' ? [job] : [];
}

function* refusalOfSlot(uid: number, command: JobCommand): Script<Refusal | undefined> {
  const { slots, retryOf, unlessDone } = command.kind === 'trigger' ? command : {};
  if (slots?.scheduledFor === undefined) return undefined;
  const after = unlessDone === true ? retryOf : undefined;
  return slotRefusal(yield* ask('slotState', uid, slots.scheduledFor, { after }));
}

export function* insertJob(unit: UnitOfWork, input: InsertInput): Script<InsertOutcome> {
  const { by, most, definition } = input;
  const refusal = input.namedSecrets && (yield* refuseMissing(input.namedSecrets));
  if (refusal !== undefined) return { kind: 'refused', refusal };
  if (upstreamsOf(definition).length > 0) {
    yield* ask('lockUpstreams');
    const wrong = yield* refuseUpstreams(definition);
    if (wrong !== undefined) return { kind: 'refused', refusal: wrong };
    // Before the first lock on a job.
    yield* keepWindows([definition.calendar]);
    if (definition.schedule.kind === 'after') {
      yield* follow(unit, definition.schedule.job);
      yield* ask('writeJobs');
    }
  }
  if (most !== undefined && (yield* ask('countJobsBy', by ?? '', most)) >= most) {
    const isTaken = (yield* ask('uidsOf', [definition.id])).size > 0;
    return isTaken ? { kind: 'exists' } : { kind: 'refused', refusal: tooManyJobs(most) };
  }
  const [outcome] = yield* insertJobs(unit, [input]);
  if (outcome === undefined) throw new Error('a job was neither made nor refused');
  return outcome;
}

/** Adds jobs in the given order (P1, identity; P4, stored next run). `more`: the transaction goes on. */
export function* insertJobs(
  unit: UnitOfWork,
  inputs: readonly InsertInput[],
  more = false,
): Script<readonly InsertOutcome[]> {
  const uids = yield* ask('newUids', inputs.length);
  const windows = yield* keepWindows(inputs.map(({ definition }) => definition.calendar));
  const asked = inputs.map((input, n) => decideInsert(unit, input, { uid: uids[n], windows }));
  const accepted = asked.flatMap(({ input, uid, outcome }) =>
    outcome.ok ? [{ input, uid, job: outcome.decision.job }] : [],
  );
  const refused = asked.flatMap(({ input, outcome }) => (outcome.ok ? [] : [input.definition.id]));
  const isLast = refused.length === 0 && !more;
  const created = accepted.length === 0 ? new Set() : yield* ask('insertJobs', accepted, { isLast });
  const inUse = refused.length === 0 ? new Map<string, number>() : yield* ask('uidsOf', refused);
  return asked.map(({ input, uid, outcome }): InsertOutcome => {
    if (outcome.ok)
      return created.has(uid)
        ? { kind: 'created', job: withoutWindows(outcome.decision.job) }
        : { kind: 'exists' };
    // A job with a higher uid came later, so it does not take the id.
    const isTaken = (inUse.get(input.definition.id) ?? uid) < uid;
    return isTaken ? { kind: 'exists' } : { kind: 'refused', refusal: outcome };
  });
}

function decideInsert(
  { now }: UnitOfWork,
  input: InsertInput,
  { uid, windows }: { readonly uid: number | undefined; readonly windows: ReadonlyMap<string, string> },
): { readonly input: InsertInput; readonly uid: number; readonly outcome: CommandOutcome } {
  if (uid === undefined) throw new Error('there is no next id');
  const { definition, by, trace, place } = input;
  const { calendar } = definition;
  const outcome = withKnownCalendar(calendar, windows, (ofCalendar) =>
    createJob(definition, { uid: String(uid), now, by, trace, place, windows: ofCalendar }),
  );
  return { input, uid, outcome };
}
