import { commandJob, scheduleRefusal, typeChanged } from '../../core/commands.ts';
import type { JobEventType } from '../../core/events.ts';
import { healthOf } from '../../core/health.ts';
import { type Job, NO_LIVE_RUNS } from '../../core/job.ts';
import { upcoming } from '../../core/job-view.ts';
import { firstSlot, parseSchedule, slotsAfter } from '../../core/schedule.ts';
import type { Transaction } from '../../core/store.ts';
import type { CommandInput } from '../../core/store-commands.ts';
import type { JobView } from '../../core/store-views.ts';
import {
  type CommandOptions,
  type Engine,
  EngineError,
  type JobInput,
  type Preview,
} from '../engine-port.ts';
import {
  type ApiDeps,
  afterCommand,
  auditOf,
  by,
  guard,
  instant,
  isGuarded,
  notFound,
  refused,
  requireDone,
  traceOf,
  within,
} from './command-effects.ts';
import { inputOf, mergePatch, parseDefinition, scheduleInput } from './job-definition.ts';

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
export function createJobApi<Deps>(deps: ApiDeps<Deps>): JobMethods {
  const { settings, store, writes, registry, events } = deps;
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
  const command = async (
    input: CommandInput,
    { signal }: CommandOptions,
    event: JobEventType,
  ): Promise<JobView> => {
    const done = requireDone(await writes.command(input, signal), input.jobId);
    afterCommand(deps, done, event);
    return getJob(input.jobId);
  };
  const insert = async (
    input: JobInput,
    options: CommandOptions,
    tx?: Transaction,
  ): Promise<JobView | 'exists'> => {
    const audit = auditOf(options, 'job.create', input);
    const target = tx === undefined ? writes : within(store, tx);
    const outcome = await target.insertJob(
      { definition: parse(input), ...by(options), ...traceOf(settings), ...audit },
      options.signal,
    );
    if (outcome.kind === 'refused') throw refused(outcome.refusal);
    if (outcome.kind === 'exists') return 'exists';
    const { job } = outcome;
    if (tx === undefined) {
      events.emit('job.created', input.id);
      deps.jobMade(job.wakeAt);
      deps.tell({ kind: 'wake' });
    }
    // A job just made has no live runs: its view needs no read.
    return { job, health: healthOf(job, handlerOf(job.type), job.createdAt), isRunning: false };
  };
  /**
   * Of the job as it was read: what an edit was made of is never written over another generation or version.
   */
  const edit = async (job: Job, next: JobInput, options: CommandOptions) => {
    if (next.type !== job.type) throw refused(typeChanged(job));
    const definition = parse(next);
    deps.takeBack({ jobId: job.id });
    const command: CommandInput = {
      jobId: job.id,
      command: { kind: 'edit', definition },
      ifUid: options.ifUid ?? job.uid,
      ifVersion: options.ifVersion ?? job.version,
      ...auditOf(options, 'job.edit', next),
    };
    return writes.command(command, options.signal);
  };

  return {
    getJob,
    listJobs: (query) => store.listJobs({ ...query, handlers: deps.handlers() }),

    async createJob(input, options = {}) {
      const view = await insert(input, options, options.tx);
      if (view === 'exists')
        throw new EngineError(
          'exists',
          `A job with the id "${input.id}" exists. Use another id, or PUT to replace it.`,
        );
      return view;
    },

    async putJob(input, options = {}) {
      for (let tries = 0; tries < EDIT_TRIES; tries++) {
        const known = await store.getJob(input.id, deps.handlers());
        if (known === undefined) {
          if (isGuarded(options)) throw new EngineError('stale', 'The job does not exist (any more).');
          const created = await insert(input, options);
          if (created !== 'exists') return { created: true, view: created };
          continue;
        }
        const result = await edit(known.job, input, options);
        if (result.kind === 'absent' || (result.kind === 'stale' && !isGuarded(options))) continue;
        afterCommand(deps, requireDone(result, input.id), 'job.updated');
        return { created: false, view: await getJob(input.id) };
      }
      throw tooManyEdits(input.id);
    },

    async patchJob(jobId, patch, options = {}) {
      for (let tries = 0; tries < EDIT_TRIES; tries++) {
        const { job } = await getJob(jobId);
        const next = mergePatch(inputOf(job), patch);
        const result = await edit(job, next, options);
        if (result.kind === 'stale' && !isGuarded(options)) continue;
        afterCommand(deps, requireDone(result, jobId), 'job.updated');
        return getJob(jobId);
      }
      throw tooManyEdits(jobId);
    },

    async deleteJob(jobId, options = {}) {
      deps.takeBack({ jobId });
      const input = {
        jobId,
        command: { kind: 'delete' },
        ...guard(options),
        ...auditOf(options, 'job.delete', {}),
      } as const;
      afterCommand(deps, requireDone(await writes.command(input, options.signal), jobId), 'job.deleted');
    },

    async pauseJob(jobId, input = {}, options = {}) {
      const until = input.until === undefined ? {} : { until: instant(input.until, '/until') };
      deps.takeBack({ jobId });
      return command(
        {
          jobId,
          command: {
            kind: 'pause',
            cancelLive: input.cancelLive ?? false,
            ...until,
            ...by(options),
            ...(input.reason === undefined ? {} : { reason: input.reason }),
          },
          ...guard(options),
          ...auditOf(options, 'job.pause', input),
        },
        options,
        'job.paused',
      );
    },

    resumeJob: (jobId, options = {}) =>
      command(
        { jobId, command: { kind: 'resume' }, ...guard(options), ...auditOf(options, 'job.resume', {}) },
        options,
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

function tooManyEdits(jobId: string): EngineError {
  return new EngineError(
    'conflict',
    `The job "${jobId}" is being changed by others all the time. Try again.`,
  );
}
