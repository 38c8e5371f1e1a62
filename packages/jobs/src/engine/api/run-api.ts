import type { CheckedBy } from '../../core/commands.ts';
import type { Job } from '../../core/job.ts';
import { changedFields } from '../../core/payload-fields.ts';
import { isLiveStatus, type JsonText, type LiveRun, type Run } from '../../core/run.ts';
import type { StoreInTransaction } from '../../core/store.ts';
import type { CancelResult, CommandInput, CommandResult } from '../../core/store-commands.ts';
import type { RunView } from '../../core/store-views.ts';
import { type CommandOptions, type Engine, EngineError, type TriggerInput } from '../engine-port.ts';
import { acceptPayload, checkPayload, payloadPointer, type RegisteredType } from '../job-types/registry.ts';
import {
  type ApiDeps,
  afterCommand,
  auditOf,
  guard,
  instant,
  isGuarded,
  notFound,
  requireDone,
  traceOf,
  within,
} from './command-effects.ts';

type RunMethods = Pick<Engine, 'trigger' | 'getRun' | 'listRuns' | 'getLogs' | 'cancelRun' | 'retryRun'>;

/** A trigger that meets a new generation of its id is checked anew so many times. */
const TRIGGER_TRIES = 5;

/** What people do with runs (P12, P15). */
export function createRunApi<Deps>(deps: ApiDeps<Deps>): RunMethods {
  const { settings, store, writes, events } = deps;
  const getRun = async (runId: string): Promise<RunView> => {
    const view = await store.getRun(runId);
    if (view === undefined) throw noSuchRun(runId);
    return view;
  };
  const view = (run: Run, job: { readonly id: string; readonly type: string }): RunView => ({
    run,
    jobId: job.id,
    type: job.type,
  });
  const findJob = async (jobId: string, inside: StoreInTransaction | undefined): Promise<Job> => {
    const job = await (inside === undefined
      ? store.getJob(jobId, deps.handlers()).then((found) => found?.job)
      : inside.findJob(jobId));
    if (job === undefined) throw notFound(jobId);
    return job;
  };
  /** What happens in a caller's transaction has not happened yet: nobody is told. */
  const started = (
    result: CommandResult,
    jobId: string,
    inside?: StoreInTransaction,
  ): { readonly view: RunView; readonly duplicate: boolean } => {
    if (result.kind === 'duplicate') return { view: view(result.run, result.job), duplicate: true };
    const done = requireDone(result, jobId);
    if (inside === undefined) afterCommand(deps, done);
    const run = done.queued.at(-1);
    if (run === undefined) throw new Error(`a trigger of ${jobId} made no run`);
    return { view: view(run, done.job), duplicate: false };
  };

  /** Asks for a run, to be claimed with it where that can be. */
  const ask = <T>(
    command: CommandInput,
    { signal }: CommandOptions,
    tell: (result: CommandResult) => T,
  ): Promise<T> =>
    deps.claiming(
      command.jobId,
      (claim) => writes.command(claim ? { ...command, claim } : command, signal),
      tell,
    );

  return {
    getRun,
    listRuns: (query) => store.listRuns(query),

    async getLogs(runId) {
      const lines = await store.getLogs(runId);
      if (lines === undefined) throw noSuchRun(runId);
      return lines;
    },

    async trigger(jobId, input = {}, options = {}) {
      const inside = input.tx === undefined ? undefined : within(store, input.tx);
      for (let tries = 1; ; tries++) {
        // A payload has to be checked for the type of the job that there is now; without one there is nothing
        // to look at before.
        const known = input.payload === undefined ? undefined : await findJob(jobId, inside);
        const override = known === undefined ? undefined : overrideOf(deps, known, input);
        // A job made since may be of another type.
        const only = known === undefined ? options : { ...options, ifUid: options.ifUid ?? known.uid };
        const command = triggerOf(jobId, { ...startOf(input), ...override, ...traceOf(settings) }, only);
        const mayRetry = known !== undefined && !isGuarded(options) && tries < TRIGGER_TRIES;
        const told = (result: CommandResult) =>
          result.kind === 'stale' && mayRetry ? undefined : started(result, jobId, inside);
        const made =
          inside === undefined ? await ask(command, options, told) : told(await inside.trigger(command));
        if (made !== undefined) return made;
      }
    },

    async cancelRun(runId, input = {}, options = {}) {
      const known = await getRun(runId);
      deps.takeBack({ runId });
      const force = input.force ?? false;
      const audit = auditOf(options, 'run.cancel', { force });
      const result = await writes.cancelRun({ runId, force, ...audit }, options.signal);
      afterCancel(deps, result);
      switch (result.kind) {
        case 'cancelled':
          events.emit('run.cancelled', known.jobId, runId);
          return { ...known, run: result.run };
        case 'requested':
          return { ...known, run: result.run };
        case 'finished':
          throw new EngineError('conflict', `The run is over: it is ${result.run.status}.`);
        case 'absent':
          throw noSuchRun(runId);
        default:
          return result satisfies never;
      }
    },

    async retryRun(runId, options = {}) {
      const known = await getRun(runId);
      if (isLive(known.run)) {
        const audit = auditOf(options, 'run.retry', {});
        const made = await writes.makeDue({ runId, ...audit }, options.signal);
        if (made === 'due') {
          deps.lookNow();
          deps.tell({ kind: 'wake' });
          return getRun(runId);
        }
        const again = await getRun(runId);
        if (isLive(again.run))
          throw new EngineError(
            'conflict',
            'The run is live and does not wait for a retry. Wait for its end, or cancel it.',
          );
      }
      const { payload, jobUid } = known.run;
      const override = payload === undefined ? {} : { payload, ...(await checkerOf(deps, known, payload)) };
      const how = { retryOf: runId, ...override, ...traceOf(settings) };
      return ask(triggerOf(known.jobId, how, { ...options, ifUid: jobUid }), options, (result) => {
        if (result.kind === 'stale')
          throw new EngineError(
            'conflict',
            `The job of this run was deleted; "${known.jobId}" is another one now. Run that one instead.`,
          );
        return started(result, known.jobId).view;
      });
    },
  };
}

interface Start extends Partial<Override> {
  readonly runAt?: number;
  readonly retryOf?: string;
  readonly dedupeKey?: string;
  readonly trace?: string;
}

function triggerOf(
  jobId: string,
  { trace, checkedBy, ...how }: Start,
  options: CommandOptions,
): Parameters<StoreInTransaction['trigger']>[0] {
  const { dedupeKey, ...command } = how;
  return {
    jobId,
    command: {
      kind: 'trigger',
      ...command,
      ...(checkedBy === undefined ? {} : { checkedBy }),
      ...(trace === undefined ? {} : { trace }),
    },
    ...guard(options),
    ...(dedupeKey === undefined ? {} : { dedupeKey }),
    ...auditOf(options, 'job.trigger', how),
  };
}

function startOf({ runAt, dedupeKey }: TriggerInput): Start {
  return {
    ...(runAt === undefined ? {} : { runAt: instant(runAt, '/run_at') }),
    ...(dedupeKey === undefined ? {} : { dedupeKey }),
  };
}

/** A payload for one run, and who has checked it. */
interface Override {
  readonly payload: JsonText;
  readonly checkedBy: CheckedBy;
}

function overrideOf<Deps>(
  { registry }: ApiDeps<Deps>,
  { type: typeName, payload: usual }: Job,
  { payload, payloadBy }: TriggerInput,
): Override {
  const type = registry.get(typeName);
  if (type === undefined)
    throw new EngineError(
      'conflict',
      `No job type ${typeName} is registered here, so its payload can't be checked. Ask a node that has it.`,
    );
  const checked = acceptPayload(type, payload);
  if (!checked.ok) throw new EngineError('invalid', 'The payload is not valid.', checked.faults);
  if (payloadBy === 'operator') refuseAdminFields(type, usual, checked.json);
  return { payload: checked.json, checkedBy: checkedByType(type) };
}

function refuseAdminFields<Deps>(type: RegisteredType<Deps>, usual: JsonText, requested: JsonText): void {
  // Compare with the defaults of today, which `requested` has, too.
  const filled = checkPayload(type, JSON.parse(usual));
  const mayChange = new Set(type.jobType.operatorsMaySet);
  const refused = changedFields(filled.ok ? filled.json : usual, requested).filter(
    (name) => !mayChange.has(name),
  );
  if (refused.length === 0) return;
  const allowed = mayChange.size === 0 ? 'none' : [...mayChange].join(', ');
  throw new EngineError(
    'forbidden',
    `Only an admin may change ${refused.join(', ')} for a run of ${type.jobType.type}; an operator may change: ${allowed}. Run the job without a payload, or ask an admin.`,
    refused.map((name) => ({ pointer: payloadPointer(name), detail: "must be as in the job's payload" })),
  );
}

/**
 * The payload of an earlier run is taken as it is. It is refused where it could only fail: not where its type
 * is not registered, or is older than what the job asks for, nor of a job that is gone.
 */
async function checkerOf<Deps>(
  { registry, store, handlers }: ApiDeps<Deps>,
  { type: typeName, jobId, run }: RunView,
  payload: JsonText,
): Promise<Pick<Start, 'checkedBy'>> {
  const type = registry.get(typeName);
  if (type === undefined) return {};
  const checked = checkPayload(type, JSON.parse(payload));
  if (checked.ok) return { checkedBy: checkedByType(type) };
  const job = (await store.getJob(jobId, handlers()))?.job;
  if (job?.uid !== run.jobUid || job.typeVersion > type.jobType.version) return {};
  throw new EngineError(
    'invalid',
    `${typeName} refuses the payload that this run had. Run the job with another one instead.`,
    checked.faults,
  );
}

function checkedByType<Deps>({ jobType }: RegisteredType<Deps>): CheckedBy {
  return { type: jobType.type, typeVersion: jobType.version };
}

/**
 * A claimed run that is to stop is told; one whose fence was voided goes on alone, and can't settle (P11).
 */
function afterCancel<Deps>(deps: ApiDeps<Deps>, result: CancelResult): void {
  const told = result.kind === 'requested' ? result.request : result.kind === 'cancelled' && result.voided;
  if (told) {
    deps.cancel(told.runId);
    deps.tell({ kind: 'cancel', runIds: [told.runId] });
  }
  if (result.kind === 'cancelled') {
    deps.lookNow();
    deps.tell({ kind: 'wake' });
  }
}

function isLive(run: Run): run is LiveRun {
  return isLiveStatus(run.status);
}

function noSuchRun(runId: string): EngineError {
  return new EngineError('not_found', `There is no run with the id "${runId}".`);
}
