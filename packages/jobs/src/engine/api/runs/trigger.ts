import type { AbortFlag } from '../../../core/model/errors.ts';
import type { Job } from '../../../core/model/job.ts';
import { jobNotFound } from '../../../core/model/not-found.ts';
import type { RunSlots } from '../../../core/model/run.ts';
import { shownPayload } from '../../../core/secrets/payload-secrets.ts';
import type { StoreInTransaction } from '../../../core/store/store.ts';
import type { CommandInput, CommandResult } from '../../../core/store/store-commands.ts';
import type { RequestedRun } from '../../../core/store/store-views.ts';
import type { EngineParts } from '../../engine-parts.ts';
import type { CommandOptions, TriggerInput } from '../../ports/engine-port.ts';
import { afterCommand } from '../command-effects.ts';
import { requireDone } from '../command-errors.ts';
import { auditOf, isGuarded, parseInstant } from '../command-options.ts';
import { requireAllowedId } from '../jobs/policy.ts';
import { guardReply, storeInTransaction } from '../store-writes.ts';
import { overrideOf, type PayloadOverride } from './payload-override.ts';

/** How often a trigger checks its payload again when its id stands for a new job each time. */
const TRIGGER_TRIES = 5;

export async function trigger(
  deps: EngineParts,
  jobId: string,
  input: TriggerInput = {},
  options: CommandOptions = {},
): Promise<RequestedRun> {
  const inside = input.tx === undefined ? undefined : storeInTransaction(deps.store, input.tx);
  const { key } = input;
  await requireAllowedId(deps, jobId, options);
  for (let tries = 1; ; tries++) {
    // The payload is checked for the type of the job as it is now. Without one, there is nothing to look up.
    const known = input.payload === undefined ? undefined : await findJob(deps, jobId, inside);
    const override = known === undefined ? undefined : await overrideOf(deps, known, input);
    // A job that takes the id meanwhile may be of another type.
    const only = known === undefined ? options : { ...options, ifUid: options.ifUid ?? known.uid };
    const runAt = parseInstant(input.runAt, '/runAt');
    const trace = deps.settings.tracing?.current();
    const command = triggerInput(jobId, { runAt, key, ...override, trace }, only);
    const mayRetry = known !== undefined && !isGuarded(options) && tries < TRIGGER_TRIES;
    const use = (result: CommandResult) =>
      result.kind === 'stale' && mayRetry ? undefined : requestedRun(deps, result, jobId, inside);
    const started =
      inside === undefined
        ? await askForRun(deps, command, options.signal, use)
        : use(await inside.trigger(command));
    if (started !== undefined) return started;
  }
}

/** Asks for a run, and claims it with the same command where it can start at once. */
export function askForRun<T>(
  deps: EngineParts,
  input: CommandInput,
  signal: AbortFlag | undefined,
  use: (result: CommandResult) => T,
): Promise<T> {
  const { jobId } = input;
  return deps.dispatcher.commands.ask(
    jobId,
    (claim) =>
      guardReply(deps, deps.store.command({ ...input, claim }, signal), { kind: 'job_changed', jobId }),
    use,
  );
}

/** Publishes the run that a trigger made. In a caller's transaction nothing has happened yet. */
export function requestedRun(
  deps: EngineParts,
  result: CommandResult,
  jobId: string,
  inside?: StoreInTransaction,
): RequestedRun {
  const done = result.kind === 'duplicate' ? result : requireDone(result, jobId);
  const { id, name, type } = done.job;
  const ofJob = { jobId: id, jobName: name, type };
  if (done.kind === 'duplicate') return { run: done.run, ...ofJob, duplicate: true };
  if (inside === undefined) afterCommand(deps, done);
  const run = done.queued.at(-1);
  if (run === undefined) throw new Error(`a trigger of ${jobId} made no run`);
  return { run, ...ofJob, duplicate: false };
}

interface Start extends Partial<PayloadOverride> {
  readonly runAt?: number | undefined;
  readonly retryOf?: string;
  readonly slots?: RunSlots;
  readonly unlessDone?: boolean | undefined;
  readonly key?: string | undefined;
  readonly trace: string | undefined;
}

export function triggerInput(
  jobId: string,
  { trace, checkedBy, ...how }: Start,
  options: CommandOptions,
): Parameters<StoreInTransaction['trigger']>[0] {
  const { key: dedupeKey, ...run } = how;
  const { slots: _, unlessDone: __, ...told } = how;
  const shown = told.payload === undefined ? told : { ...told, payload: shownPayload(told.payload, []) };
  const { ifUid, ifVersion, by } = options;
  const command = { kind: 'trigger', ...run, checkedBy, trace, by } as const;
  return { jobId, command, ifUid, ifVersion, dedupeKey, audit: auditOf(options, 'job.trigger', shown) };
}

async function findJob(
  { store, node }: EngineParts,
  jobId: string,
  inside: StoreInTransaction | undefined,
): Promise<Job> {
  const job = await (inside === undefined
    ? store.getJob(jobId, node.liveTypes).then((found) => found?.job)
    : inside.findJob(jobId));
  if (job === undefined) throw jobNotFound(jobId);
  return job;
}
