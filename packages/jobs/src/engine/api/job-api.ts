import { commandJob, scheduleRefusal, typeChanged } from '../../core/commands.ts';
import type { JobEventType } from '../../core/events.ts';
import { healthOf } from '../../core/health.ts';
import { type Job, NO_LIVE_RUNS } from '../../core/job.ts';
import { upcoming } from '../../core/job-view.ts';
import { firstSlot, parseSchedule, slotsAfter } from '../../core/schedule.ts';
import type { Transaction } from '../../core/store.ts';
import type { CommandInput } from '../../core/store-commands.ts';
import type { JobView } from '../../core/store-views.ts';
import { type Asked, type Engine, EngineError, type JobInput, type Preview } from '../engine-port.ts';
import {
  afterCommand,
  auditOf,
  by,
  guard,
  instant,
  isGuarded,
  type ManageDeps,
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
export function manageJobs<Deps>(deps: ManageDeps<Deps>): JobMethods {
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
  const command = async (input: CommandInput, { signal }: Asked, event: JobEventType): Promise<JobView> => {
    const done = requireDone(await writes.command(input, signal), input.jobId);
    afterCommand(deps, done, event);
    return getJob(input.jobId);
  };
  const insert = async (input: JobInput, asked: Asked, tx?: Transaction): Promise<JobView | 'exists'> => {
    const audit = auditOf(asked, 'job.create', input);
    const target = tx === undefined ? writes : within(store, tx);
    const outcome = await target.insertJob(
      { definition: parse(input), ...by(asked), ...traceOf(settings), ...audit },
      asked.signal,
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
  const edit = async (job: Job, next: JobInput, asked: Asked) => {
    if (next.type !== job.type) throw refused(typeChanged(job));
    const definition = parse(next);
    deps.takeBack({ jobId: job.id });
    const command: CommandInput = {
      jobId: job.id,
      command: { kind: 'edit', definition },
      ifUid: asked.ifUid ?? job.uid,
      ifVersion: asked.ifVersion ?? job.version,
      ...auditOf(asked, 'job.edit', next),
    };
    return writes.command(command, asked.signal);
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
      afterCommand(deps, requireDone(await writes.command(input, asked.signal), jobId), 'job.deleted');
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
        asked,
        'job.paused',
      );
    },

    resumeJob: (jobId, asked = {}) =>
      command(
        { jobId, command: { kind: 'resume' }, ...guard(asked), ...auditOf(asked, 'job.resume', {}) },
        asked,
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
