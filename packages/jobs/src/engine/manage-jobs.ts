import { commandJob, type Refusal, scheduleRefusal, typeChanged } from '../core/commands.ts';
import type { JobEventType } from '../core/events.ts';
import { healthOf } from '../core/health.ts';
import { type Job, NO_LIVE_RUNS } from '../core/job.ts';
import type { Notice, TypeVersions } from '../core/membership.ts';
import { firstSlot, parseSchedule, slotsAfter } from '../core/schedule.ts';
import { upcoming } from '../core/settle.ts';
import type { JobStore, StoreInTransaction, Transaction } from '../core/store.ts';
import type { CommandInput, CommandResult } from '../core/store-commands.ts';
import type { JobView } from '../core/store-views.ts';
import { parseTimestamp } from '../core/timestamp.ts';
import { inputOf, mergePatch, parseDefinition, scheduleInput } from './definition.ts';
import { type Asked, type Engine, EngineError, type JobInput, type Preview } from './engine-port.ts';
import type { EventFeed } from './event-feed.ts';
import type { Which } from './execute.ts';
import type { Settings } from './options.ts';
import type { Registry } from './registry.ts';

export interface ManageDeps<Deps> {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly registry: Registry<Deps>;
  /** What living nodes can run. */
  handlers(): TypeVersions;
  readonly events: EventFeed;
  /** Something may be due sooner. */
  lookNow(): void;
  /** Gives back claimed runs that have not started, before a command that must find them waiting. */
  takeBack(which: Which): void;
  /** Tells a running handler to stop. */
  abort(runId: string, reason: 'cancel' | 'stale'): void;
  /** Tells the other nodes. */
  tell(notice: Notice): void;
}

type JobMethods = Pick<
  Engine,
  | 'createJob'
  | 'putJob'
  | 'patchJob'
  | 'deleteJob'
  | 'getJob'
  | 'listJobs'
  | 'pauseJob'
  | 'resumeJob'
  | 'preview'
>;

/** An edit that meets another one is read and decided anew so many times before it gives up. */
const EDIT_TRIES = 5;

/** What people do with jobs: check the input, let the store decide and write, tell the result. */
export function manageJobs<Deps>(deps: ManageDeps<Deps>): JobMethods {
  const { settings, store, registry, events } = deps;
  const parse = (input: JobInput) => {
    const parsed = parseDefinition(input, registry, settings);
    if (!parsed.ok) throw new EngineError('invalid', 'The job is not valid.', parsed.faults);
    return parsed.definition;
  };
  const handlerOf = (type: string) => {
    const handlerVersion = deps.handlers()[type];
    return handlerVersion === undefined ? {} : { handlerVersion };
  };
  const getJob = async (jobId: string): Promise<JobView> => {
    const view = await store.getJob(jobId, deps.handlers());
    if (view === undefined) throw notFound(jobId);
    return view;
  };
  const command = async (input: CommandInput, event: JobEventType): Promise<JobView> => {
    const done = requireDone(await store.command(input), input.jobId);
    afterCommand(deps, done, event);
    return getJob(input.jobId);
  };
  const insert = async (input: JobInput, asked: Asked, tx?: Transaction): Promise<JobView | 'exists'> => {
    const audit = auditOf(asked, 'job.create', input);
    const target = tx === undefined ? store : within(store, tx);
    const outcome = await target.insertJob({ definition: parse(input), ...by(asked), ...audit });
    if (outcome.kind === 'refused') throw refused(outcome.refusal);
    if (outcome.kind === 'exists') return 'exists';
    if (tx === undefined) {
      events.emit('job.created', input.id);
      deps.lookNow();
      deps.tell({ kind: 'wake' });
    }
    // A job just made has no live runs: its view needs no read.
    const { job } = outcome;
    return { job, health: healthOf(job, handlerOf(job.type), job.createdAt), isRunning: false };
  };
  /** Of the job as it was read: what an edit was made of is never written over another generation or version. */
  const edit = async (job: Job, next: JobInput, asked: Asked) => {
    if (next.type !== job.type) throw refused(typeChanged(job));
    const definition = parse(next);
    deps.takeBack({ jobId: job.id });
    return store.command({
      jobId: job.id,
      command: { kind: 'edit', definition },
      ifUid: asked.ifUid ?? job.uid,
      ifVersion: asked.ifVersion ?? job.version,
      ...auditOf(asked, 'job.edit', next),
    });
  };

  return {
    getJob,
    listJobs: (query) => store.listJobs({ ...query, handlers: deps.handlers() }),

    async createJob(input, asked = {}) {
      const view = await insert(input, asked, asked.tx);
      if (view === 'exists')
        throw new EngineError(
          'exists',
          `A job with the id "${input.id}" exists. Use another id, or PUT to replace it.`,
        );
      return view;
    },

    async putJob(input, asked = {}) {
      for (let tries = 0; tries < EDIT_TRIES; tries++) {
        const known = await store.getJob(input.id, deps.handlers());
        if (known === undefined) {
          if (isGuarded(asked)) throw new EngineError('stale', 'The job does not exist (any more).');
          const created = await insert(input, asked);
          if (created !== 'exists') return { created: true, view: created };
          continue;
        }
        const result = await edit(known.job, input, asked);
        if (result.kind === 'absent' || (result.kind === 'stale' && !isGuarded(asked))) continue;
        afterCommand(deps, requireDone(result, input.id), 'job.updated');
        return { created: false, view: await getJob(input.id) };
      }
      throw tooManyEdits(input.id);
    },

    async patchJob(jobId, patch, asked = {}) {
      for (let tries = 0; tries < EDIT_TRIES; tries++) {
        const { job } = await getJob(jobId);
        const next = mergePatch(inputOf(job), patch);
        const result = await edit(job, next, asked);
        if (result.kind === 'stale' && !isGuarded(asked)) continue;
        afterCommand(deps, requireDone(result, jobId), 'job.updated');
        return getJob(jobId);
      }
      throw tooManyEdits(jobId);
    },

    async deleteJob(jobId, asked = {}) {
      deps.takeBack({ jobId });
      const input = {
        jobId,
        command: { kind: 'delete' },
        ...guard(asked),
        ...auditOf(asked, 'job.delete', {}),
      } as const;
      afterCommand(deps, requireDone(await store.command(input), jobId), 'job.deleted');
    },

    async pauseJob(jobId, input = {}, asked = {}) {
      const until = input.until === undefined ? {} : { until: instant(input.until, '/until') };
      deps.takeBack({ jobId });
      return command(
        {
          jobId,
          command: {
            kind: 'pause',
            cancelLive: input.cancelLive ?? false,
            ...until,
            ...by(asked),
            ...(input.reason === undefined ? {} : { reason: input.reason }),
          },
          ...guard(asked),
          ...auditOf(asked, 'job.pause', input),
        },
        'job.paused',
      );
    },

    resumeJob: (jobId, asked = {}) =>
      command(
        { jobId, command: { kind: 'resume' }, ...guard(asked), ...auditOf(asked, 'job.resume', {}) },
        'job.resumed',
      ),

    async preview(input) {
      const now = store.now();
      if ('schedule' in input)
        return previewSchedule(input.schedule, input.count, { now, minIntervalMs: settings.minIntervalMs });
      const { job, isRunning } = await getJob(input.jobId);
      const definition = parse(mergePatch(inputOf(job), input.patch));
      const live = { ...NO_LIVE_RUNS, active: isRunning ? 1 : 0, claimed: isRunning ? 1 : 0 };
      const outcome = commandJob(job, live, { kind: 'edit', definition }, now);
      if (!outcome.ok) throw refused(outcome);
      return { now, before: job.nextRunAt, times: upcoming(outcome.decision.job, input.count, now) };
    },
  };
}

function previewSchedule(
  input: Partial<JobInput>,
  count: number,
  { now, minIntervalMs }: { readonly now: number; readonly minIntervalMs: number },
): Preview {
  const parsed = parseSchedule(scheduleInput(input), { minIntervalMs });
  if (!parsed.ok) throw new EngineError('invalid', 'The schedule is not valid.', parsed.faults);
  const refusal = scheduleRefusal(parsed.value, now);
  if (refusal !== undefined) throw refused(refusal);
  const first = firstSlot(parsed.value, now);
  if (first === undefined || count <= 0) return { now, before: undefined, times: [] };
  const fixedDelay = parsed.value.kind === 'interval' && parsed.value.mode === 'fixed_delay';
  const rest = fixedDelay ? [] : slotsAfter(parsed.value, now, first, count - 1);
  return { now, before: undefined, times: [first, ...rest] };
}

/** The store as a part of a caller's transaction. */
export function within(store: JobStore, tx: Transaction): StoreInTransaction {
  const inside = store.within?.(tx);
  if (inside !== undefined) return inside;
  throw new EngineError(
    'invalid',
    'tx needs PostgreSQL: the database of the jobs is a file of its own here (SQLite), which no transaction of yours can span.',
  );
}

/** Wakes what a command may have made due, stops what it cancelled, tells who watches. */
export function afterCommand<Deps>(
  deps: ManageDeps<Deps>,
  done: Extract<CommandResult, { kind: 'done' }>,
  event?: JobEventType,
): void {
  const { events } = deps;
  for (const request of done.cancelRequests) deps.abort(request.runId, 'cancel');
  if (event !== undefined && done.changed) events.emit(event, done.job.id);
  for (const run of done.queued) events.emit('run.queued', done.job.id, run.id);
  for (const run of done.finished) {
    if (run.status === 'cancelled') events.emit('run.cancelled', done.job.id, run.id);
    if (run.status === 'skipped') events.emit('run.skipped', done.job.id, run.id, { reason: run.reason });
  }
  deps.lookNow();
  tellOthers(deps, done, event !== undefined);
}

/** What other nodes have to know of a command that was done: what has to stop, what goes back, and that something may be due. */
function tellOthers<Deps>(
  { tell }: ManageDeps<Deps>,
  { job, changed, cancelRequests }: Extract<CommandResult, { kind: 'done' }>,
  isOfJob: boolean,
): void {
  if (cancelRequests.length > 0) tell({ kind: 'cancel', runIds: cancelRequests.map(({ runId }) => runId) });
  if (!changed) return;
  tell(isOfJob ? { kind: 'job_changed', jobId: job.id } : { kind: 'wake' });
}

/** The `done` of a result, or the error that says why there is none. */
export function requireDone(result: CommandResult, jobId: string): Extract<CommandResult, { kind: 'done' }> {
  switch (result.kind) {
    case 'done':
      return result;
    case 'absent':
      throw notFound(jobId);
    case 'stale':
      throw new EngineError(
        'stale',
        'The job has been changed meanwhile. Read it again and repeat the change.',
      );
    case 'refused':
      throw refused(result.refusal);
    case 'duplicate':
      throw new Error('only a trigger has a dedupe key');
    default:
      return result satisfies never;
  }
}

export function refused(refusal: Refusal): EngineError {
  if (refusal.code === 'too_many_live_runs') return new EngineError('too_many', refusal.detail);
  if (refusal.pointer === undefined) return new EngineError('conflict', refusal.detail);
  return new EngineError('invalid', refusal.detail, [{ pointer: refusal.pointer, detail: refusal.detail }]);
}

export function notFound(jobId: string): EngineError {
  return new EngineError('not_found', `There is no job with the id "${jobId}".`);
}

/** An RFC 3339 instant (ms), or a fault at `pointer`. */
export function instant(text: string, pointer: string): number {
  const parsed = parseTimestamp(text);
  if (!parsed.ok) throw new EngineError('invalid', parsed.detail, [{ pointer, detail: parsed.detail }]);
  return parsed.value;
}

export function auditOf(asked: Asked, action: string, change: object): Pick<CommandInput, 'audit'> {
  return { audit: { actor: asked.by ?? 'system', action, change: JSON.stringify(change) } };
}

function by(asked: Asked): { readonly by?: string } {
  return asked.by === undefined ? {} : { by: asked.by };
}

/** What the caller wants the job to be still. */
export function guard({ ifUid, ifVersion }: Asked): Pick<CommandInput, 'ifUid' | 'ifVersion'> {
  return {
    ...(ifUid === undefined ? {} : { ifUid }),
    ...(ifVersion === undefined ? {} : { ifVersion }),
  };
}

export function isGuarded(asked: Asked): boolean {
  return asked.ifUid !== undefined || asked.ifVersion !== undefined;
}

function tooManyEdits(jobId: string): EngineError {
  return new EngineError(
    'conflict',
    `The job "${jobId}" is being changed by others all the time. Try again.`,
  );
}
