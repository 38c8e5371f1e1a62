import { typeChanged } from '../../../core/commands/command-refusals.ts';
import type { JobType } from '../../../core/job-types/job-type.ts';
import { damagedNames } from '../../../core/model/damaged-names.ts';
import type { JobEventType } from '../../../core/model/events.ts';
import type { Job } from '../../../core/model/job.ts';
import type { AskedCommand } from '../../../core/model/job-command.ts';
import { jobNotFound } from '../../../core/model/not-found.ts';
import type { CommandResult } from '../../../core/store/store-commands.ts';
import type { JobView, ScheduledJob } from '../../../core/store/store-views.ts';
import { healthOf } from '../../../core/watching/health.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { namedSecrets, shownInput } from '../../job-types/shown-payload.ts';
import {
  type CommandOptions,
  EngineError,
  type InTransaction,
  type JobInput,
  type JobPatch,
  type PauseInput,
} from '../../ports/engine-port.ts';
import type { ScheduledJobInput } from '../../ports/jobs-port.ts';
import { requireNamedChannels } from '../alert-api.ts';
import { afterCommand } from '../command-effects.ts';
import { errorOf, requireDone } from '../command-errors.ts';
import { auditOf, isGuarded, parseInstant } from '../command-options.ts';
import { guardReply, storeInTransaction } from '../store-writes.ts';
import { inputOf, inputWithName, mergePatch, parseDefinition } from './job-definition.ts';
import { requireAllowedId, requireAllowedJob, requireAllowedType } from './policy.ts';
import { viewAfter } from './view-after.ts';

/** How often an edit that meets another one reads the job again before it gives up. */
const EDIT_TRIES = 5;

export async function createJob(
  deps: EngineParts,
  input: JobInput,
  options: CommandOptions & InTransaction = {},
): Promise<JobView> {
  const view = await insert(deps, input, options);
  if (view !== 'exists') return view;
  const message = `A job with the id "${input.id}" exists. Use another id, or PUT to replace it.`;
  throw new EngineError('exists', message);
}

/** {@link putJob} of a job with a given type; its name is for people, and by default its id. */
export function schedule(
  deps: EngineParts,
  type: JobType | string,
  input: ScheduledJobInput,
  options: CommandOptions = {},
): Promise<ScheduledJob> {
  return putJob(deps, inputWithName(input, type), options);
}

export async function putJob(
  deps: EngineParts,
  input: JobInput,
  options: CommandOptions = {},
): Promise<ScheduledJob> {
  for (let tries = 0; tries < EDIT_TRIES; tries++) {
    const known = await deps.store.getJob(input.id, deps.node.liveTypes);
    if (known === undefined) {
      if (isGuarded(options)) throw new EngineError('stale', 'The job no longer exists.');
      const made = await insert(deps, input, { ...options, tx: undefined });
      if (made !== 'exists') return { ...made, created: true };
      continue;
    }
    const result = await edit(deps, known.job, input, options);
    if (result.kind === 'absent' || (result.kind === 'stale' && !isGuarded(options))) continue;
    const done = requireDone(result, input.id);
    afterCommand(deps, done, 'job.updated');
    return { ...(await viewAfter(deps, done.job)), created: false };
  }
  throw tooManyEdits(input.id);
}

export async function patchJob(
  deps: EngineParts,
  jobId: string,
  patch: JobPatch,
  options: CommandOptions = {},
): Promise<JobView> {
  for (let tries = 0; tries < EDIT_TRIES; tries++) {
    const { job } = await getJob(deps, jobId);
    requireReadNames(job, patch);
    const result = await edit(deps, job, mergePatch(inputOf(deps, job), patch), options);
    if (result.kind === 'stale' && !isGuarded(options)) continue;
    const done = requireDone(result, jobId);
    afterCommand(deps, done, 'job.updated');
    return viewAfter(deps, done.job);
  }
  throw tooManyEdits(jobId);
}

/** A patch must not erase damaged names unasked. */
function requireReadNames(job: Job, patch: JobPatch): void {
  const faults = damagedNames(job)
    .filter((field) => patch[field] === undefined)
    .map((field) => ({
      pointer: `/${field}`,
      detail: `must be in this patch, such as ["billing"] or null, because the stored value is damaged and would be erased`,
    }));
  if (faults.length > 0) throw new EngineError('invalid', `The job "${job.id}" is damaged.`, faults);
}

export async function deleteJob(
  deps: EngineParts,
  jobId: string,
  options: CommandOptions = {},
): Promise<void> {
  await requireAllowedId(deps, jobId, options);
  deps.dispatcher.takeBack({ jobId });
  await command(deps, { jobId, command: { kind: 'delete', by: options.by }, options, event: 'job.deleted' });
}

export async function pauseJob(
  deps: EngineParts,
  jobId: string,
  input?: PauseInput,
  options?: CommandOptions,
): Promise<JobView> {
  return viewAfter(deps, await pause(deps, jobId, input, options));
}

/** {@link pauseJob} without its view: the job as the pause left it. */
export async function pause(
  deps: EngineParts,
  jobId: string,
  input: PauseInput = {},
  options: CommandOptions = {},
): Promise<Job> {
  const until = parseInstant(input.until, '/until');
  await requireAllowedId(deps, jobId, options);
  deps.dispatcher.takeBack({ jobId });
  const { reason, cancelLive = false } = input;
  const given = { kind: 'pause', cancelLive, until, by: options.by, reason } as const;
  return command(deps, { jobId, command: given, options, event: 'job.paused', change: input });
}

export async function resumeJob(
  deps: EngineParts,
  jobId: string,
  options?: CommandOptions,
): Promise<JobView> {
  return viewAfter(deps, await resume(deps, jobId, options));
}

/** {@link resumeJob} without its view: the job as the resume left it. */
export async function resume(deps: EngineParts, jobId: string, options: CommandOptions = {}): Promise<Job> {
  await requireAllowedId(deps, jobId, options);
  return command(deps, { jobId, command: { kind: 'resume' }, options, event: 'job.resumed' });
}

/** Edits the job as it was read: `next` is never written over another generation or version. */
async function edit(
  deps: EngineParts,
  job: Job,
  next: JobInput,
  options: CommandOptions,
): Promise<CommandResult> {
  if (next.type !== job.type) throw errorOf(typeChanged(job));
  requireAllowedType(options, job.type);
  const definition = await parseDefinition(deps, next, job.payload);
  requireAllowedJob(options, definition);
  await requireNamedChannels(deps, definition.alerts, job.alerts);
  deps.dispatcher.takeBack({ jobId: job.id });
  const guard = { ifUid: options.ifUid ?? job.uid, ifVersion: options.ifVersion ?? job.version };
  return ask(deps, {
    jobId: job.id,
    command: { kind: 'edit', definition },
    options: { ...options, ...guard },
    namedSecrets: namedSecrets(deps, definition),
    change: shownInput(deps, next),
  });
}

export async function getJob({ store, node, pauseState }: EngineParts, jobId: string): Promise<JobView> {
  const view = await store.getJob(jobId, node.liveTypes, pauseState.lateFrom);
  if (view === undefined) throw jobNotFound(jobId);
  return view;
}

interface GivenCommand {
  readonly jobId: string;
  readonly command: AskedCommand;
  readonly options: CommandOptions;
  readonly namedSecrets?: readonly string[] | undefined;
  /** What the audit log shows. */
  readonly change?: object;
}

async function command(
  deps: EngineParts,
  { event, ...given }: GivenCommand & { readonly event: JobEventType },
): Promise<Job> {
  const done = requireDone(await ask(deps, given), given.jobId);
  afterCommand(deps, done, event);
  return done.job;
}

function ask(
  deps: EngineParts,
  { jobId, command, options, namedSecrets: names, change = {} }: GivenCommand,
): Promise<CommandResult> {
  const { ifUid, ifVersion, signal } = options;
  const audit = auditOf(options, `job.${command.kind}`, change);
  const input = { jobId, command, ifUid, ifVersion, namedSecrets: names, audit };
  const reply = deps.store.command(input, signal);
  return guardReply(deps, reply, { kind: 'job_changed', jobId });
}

/** Creates the job, unless its id is in use. */
export async function insert(
  deps: EngineParts,
  input: JobInput,
  { tx, ...options }: CommandOptions & InTransaction,
): Promise<JobView | 'exists'> {
  const { settings, store, node, events, dispatcher } = deps;
  const { by, signal } = options;
  const trace = settings.tracing?.current();
  const definition = await parseDefinition(deps, input);
  requireAllowedJob(options, definition);
  await requireNamedChannels(deps, definition.alerts);
  const most = options.policy?.maxJobs;
  const audit = auditOf(options, 'job.create', shownInput(deps, input));
  const names = namedSecrets(deps, definition);
  const job = { definition, by, most, namedSecrets: names, trace, audit };
  const outcome = await (tx === undefined
    ? guardReply(deps, store.insertJob(job, signal))
    : storeInTransaction(store, tx).insertJob(job));
  if (outcome.kind === 'refused') throw errorOf(outcome.refusal);
  if (outcome.kind === 'exists') return 'exists';
  const { job: made } = outcome;
  // In a caller's transaction nothing has happened yet: nobody is notified.
  if (tx === undefined) {
    events.emit('job.created', input.id);
    dispatcher.nextPass.jobCreated(made.wakeAt);
    node.notify({ kind: 'wake' });
  }
  const handlerVersion = node.liveTypes[made.type];
  const handler = handlerVersion === undefined ? {} : { handlerVersion };
  // A new job has no live runs: its view needs no read.
  return { job: made, health: healthOf(made, handler, made.createdAt), isRunning: false };
}

function tooManyEdits(jobId: string): EngineError {
  const message = `The job "${jobId}" keeps changing: others edit it at the same time. Try again.`;
  return new EngineError('conflict', message);
}
