import type { JobEventType } from '../../core/model/events.ts';
import type { Job, JobDefinition } from '../../core/model/job.ts';
import { typeChanged } from '../../core/rules/commands.ts';
import { healthOf } from '../../core/rules/health.ts';
import type { Transaction } from '../../core/store/store.ts';
import type { CommandInput, CommandResult } from '../../core/store/store-commands.ts';
import type { JobView } from '../../core/store/store-views.ts';
import {
  type CommandOptions,
  type Engine,
  EngineError,
  type JobInput,
  type JobPatch,
  type PauseInput,
} from '../engine-port.ts';
import type { ApiDeps } from './api-deps.ts';
import { afterCommand } from './command-effects.ts';
import { errorOf, jobNotFound, requireDone } from './command-errors.ts';
import { actorOf, auditOf, guardOf, isGuarded, parseInstant, traceOf } from './command-options.ts';
import { inputOf, mergePatch, parseDefinition } from './job-definition.ts';
import { preview } from './preview.ts';
import { storeInTransaction } from './store-writes.ts';

export type JobMethods = Pick<
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

/** How often an edit that meets another one reads the job again before it gives up. */
const EDIT_TRIES = 5;

/** What people and code do with jobs: check the input, let the store decide and write, publish the result. */
export function createJobApi(deps: ApiDeps): JobMethods {
  return {
    createJob: (input, options = {}) => createJob(deps, input, options),
    putJob: (input, options = {}) => putJob(deps, input, options),
    patchJob: (jobId, patch, options = {}) => patchJob(deps, { jobId, patch, options }),
    deleteJob: (jobId, options = {}) => deleteJob(deps, jobId, options),
    getJob: (jobId) => getJob(deps, jobId),
    listJobs: (query) => deps.store.listJobs({ ...query, handlers: deps.node.liveTypes }),
    pauseJob: (jobId, input = {}, options = {}) => pauseJob(deps, { jobId, input, options }),
    resumeJob: (jobId, options = {}) => resumeJob(deps, jobId, options),
    preview: (input) => preview(deps, input),
  };
}

async function createJob(
  deps: ApiDeps,
  input: JobInput,
  options: CommandOptions & { readonly tx?: Transaction | undefined },
): Promise<JobView> {
  const view = await insert(deps, input, options);
  if (view === 'exists')
    throw new EngineError(
      'exists',
      `A job with the id "${input.id}" exists. Use another id, or PUT to replace it.`,
    );
  return view;
}

async function putJob(
  deps: ApiDeps,
  input: JobInput,
  options: CommandOptions,
): Promise<{ readonly created: boolean; readonly view: JobView }> {
  for (let tries = 0; tries < EDIT_TRIES; tries++) {
    const known = await deps.store.getJob(input.id, deps.node.liveTypes);
    if (known === undefined) {
      if (isGuarded(options)) throw new EngineError('stale', 'The job no longer exists.');
      const created = await insert(deps, input, { ...options, tx: undefined });
      if (created !== 'exists') return { created: true, view: created };
      continue;
    }
    const result = await edit(deps, { job: known.job, next: input, options });
    if (result.kind === 'absent' || (result.kind === 'stale' && !isGuarded(options))) continue;
    afterCommand(deps, requireDone(result, input.id), 'job.updated');
    return { created: false, view: await getJob(deps, input.id) };
  }
  throw tooManyEdits(input.id);
}

async function patchJob(
  deps: ApiDeps,
  {
    jobId,
    patch,
    options,
  }: { readonly jobId: string; readonly patch: JobPatch; readonly options: CommandOptions },
): Promise<JobView> {
  for (let tries = 0; tries < EDIT_TRIES; tries++) {
    const { job } = await getJob(deps, jobId);
    const next = mergePatch(inputOf(job), patch);
    const result = await edit(deps, { job, next, options });
    if (result.kind === 'stale' && !isGuarded(options)) continue;
    afterCommand(deps, requireDone(result, jobId), 'job.updated');
    return getJob(deps, jobId);
  }
  throw tooManyEdits(jobId);
}

async function deleteJob(deps: ApiDeps, jobId: string, options: CommandOptions): Promise<void> {
  deps.dispatcher.takeBack({ jobId });
  const input = {
    jobId,
    command: { kind: 'delete' },
    ...guardOf(options),
    ...auditOf(options, 'job.delete', {}),
  } as const;
  const result = await deps.writes.command(input, options.signal);
  afterCommand(deps, requireDone(result, jobId), 'job.deleted');
}

async function getJob({ store, node }: ApiDeps, jobId: string): Promise<JobView> {
  const view = await store.getJob(jobId, node.liveTypes);
  if (view === undefined) throw jobNotFound(jobId);
  return view;
}

async function pauseJob(
  deps: ApiDeps,
  {
    jobId,
    input,
    options,
  }: { readonly jobId: string; readonly input: PauseInput; readonly options: CommandOptions },
): Promise<JobView> {
  const until = input.until === undefined ? {} : { until: parseInstant(input.until, '/until') };
  deps.dispatcher.takeBack({ jobId });
  const command: CommandInput = {
    jobId,
    command: {
      kind: 'pause',
      cancelLive: input.cancelLive ?? false,
      ...until,
      ...actorOf(options),
      ...(input.reason === undefined ? {} : { reason: input.reason }),
    },
    ...guardOf(options),
    ...auditOf(options, 'job.pause', input),
  };
  return commandJob(deps, { command, options, event: 'job.paused' });
}

function resumeJob(deps: ApiDeps, jobId: string, options: CommandOptions): Promise<JobView> {
  const command: CommandInput = {
    jobId,
    command: { kind: 'resume' },
    ...guardOf(options),
    ...auditOf(options, 'job.resume', {}),
  };
  return commandJob(deps, { command, options, event: 'job.resumed' });
}

async function commandJob(
  deps: ApiDeps,
  {
    command,
    options,
    event,
  }: { readonly command: CommandInput; readonly options: CommandOptions; readonly event: JobEventType },
): Promise<JobView> {
  const done = requireDone(await deps.writes.command(command, options.signal), command.jobId);
  afterCommand(deps, done, event);
  return getJob(deps, command.jobId);
}

async function insert(
  deps: ApiDeps,
  input: JobInput,
  options: CommandOptions & { readonly tx?: Transaction | undefined },
): Promise<JobView | 'exists'> {
  const { settings, store, writes, node, events, dispatcher } = deps;
  const { tx } = options;
  const audit = auditOf(options, 'job.create', input);
  const target = tx === undefined ? writes : storeInTransaction(store, tx);
  const outcome = await target.insertJob(
    { definition: definitionOf(deps, input), ...actorOf(options), ...traceOf(settings), ...audit },
    options.signal,
  );
  if (outcome.kind === 'refused') throw errorOf(outcome.refusal);
  if (outcome.kind === 'exists') return 'exists';
  const { job } = outcome;
  // In a caller's transaction nothing has happened yet: nobody is notified.
  if (tx === undefined) {
    events.emit('job.created', input.id);
    dispatcher.jobCreated(job.wakeAt);
    node.notify({ kind: 'wake' });
  }
  const handlerVersion = node.liveTypes[job.type];
  const handler = handlerVersion === undefined ? {} : { handlerVersion };
  // A new job has no live runs: its view needs no read.
  return { job, health: healthOf(job, handler, job.createdAt), isRunning: false };
}

/** Edits the job as it was read: `next` is never written over another generation or version. */
async function edit(
  deps: ApiDeps,
  { job, next, options }: { readonly job: Job; readonly next: JobInput; readonly options: CommandOptions },
): Promise<CommandResult> {
  if (next.type !== job.type) throw errorOf(typeChanged(job));
  const definition = definitionOf(deps, next);
  deps.dispatcher.takeBack({ jobId: job.id });
  const command: CommandInput = {
    jobId: job.id,
    command: { kind: 'edit', definition },
    ifUid: options.ifUid ?? job.uid,
    ifVersion: options.ifVersion ?? job.version,
    ...auditOf(options, 'job.edit', next),
  };
  return deps.writes.command(command, options.signal);
}

function definitionOf({ registry, settings }: ApiDeps, input: JobInput): JobDefinition {
  const parsed = parseDefinition(input, registry, settings);
  if (!parsed.ok) throw new EngineError('invalid', 'The job is not valid.', parsed.faults);
  return parsed.definition;
}

function tooManyEdits(jobId: string): EngineError {
  return new EngineError(
    'conflict',
    `The job "${jobId}" keeps changing: others edit it at the same time. Try again.`,
  );
}
