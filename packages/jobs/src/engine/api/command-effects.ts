import type { Refusal } from '../../core/commands.ts';
import { StoreError, type StoreErrorCode } from '../../core/errors.ts';
import type { JobEventType } from '../../core/events.ts';
import type { Notice, TypeVersions } from '../../core/membership.ts';
import { isSkipReason } from '../../core/run.ts';
import type { JobStore, StoreInTransaction, Transaction } from '../../core/store.ts';
import type { CommandInput, CommandResult } from '../../core/store-commands.ts';
import type { ClaimInput } from '../../core/store-passes.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import { type CommandOptions, EngineError } from '../engine-port.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Registry } from '../job-types/registry.ts';
import type { Settings } from '../options.ts';
import type { ClaimSelector } from '../places/unstarted-claims.ts';
import type { Meter } from '../stats/meter.ts';

/** What people's commands, of jobs and of runs, go through. */
export interface ApiDeps<Deps> {
  readonly settings: Settings;
  readonly store: JobStore;
  /** What changes it: {@link writesTo}. */
  readonly writes: Writes;
  readonly registry: Registry<Deps>;
  /** What living nodes can run. */
  handlers(): TypeVersions;
  readonly events: EventFeed;
  readonly meter: Meter;
  /** Something may be due sooner. */
  lookNow(): void;
  /** See `Dispatcher.jobMade`. */
  jobMade(wakeAt: number | undefined): void;
  /** Asks for what makes a run: see `Dispatcher.command`. */
  claiming<T>(
    jobId: string,
    ask: (claim?: ClaimInput) => Promise<CommandResult>,
    tell: (result: CommandResult) => T,
  ): Promise<T>;
  /** Gives back claimed runs that have not started, before a command that must find them waiting. */
  takeBack(which: ClaimSelector): void;
  /** Stops a run: tells its handler, or gives it back if it has not started. */
  cancel(runId: string): void;
  /** Tells the other nodes. */
  tell(notice: Notice): void;
}

/** What people's commands write. */
export type Writes = Pick<JobStore, 'insertJob' | 'command' | 'cancelRun' | 'makeDue'>;

/**
 * A failed command may have been done and its answer lost: then every node looks for the runs it has made
 * due.
 */
export function writesTo(
  store: JobStore,
  { replyLost, tell }: { replyLost(): void; tell(notice: Notice): void },
): Writes {
  const told = async <T>(answer: Promise<T>, notice: Notice = { kind: 'wake' }): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      if (!isKnownUndone(error)) {
        replyLost();
        tell(notice);
      }
      throw error;
    }
  };
  return {
    insertJob: (input, signal) => told(store.insertJob(input, signal)),
    command: (input, signal) =>
      told(store.command(input, signal), { kind: 'job_changed', jobId: input.jobId }),
    cancelRun: (input, signal) => told(store.cancelRun(input, signal)),
    makeDue: (input, signal) => told(store.makeDue(input, signal)),
  };
}

const KNOWN_UNDONE: ReadonlySet<StoreErrorCode> = new Set(['busy', 'full', 'aborted']);

function isKnownUndone(error: unknown): boolean {
  return error instanceof StoreError && KNOWN_UNDONE.has(error.code);
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

type Done = Extract<CommandResult, { kind: 'done' }>;

/** Wakes what a command may have made due, stops what it cancelled, tells who watches. */
export function afterCommand<Deps>(deps: ApiDeps<Deps>, done: Done, event?: JobEventType): void {
  const { events, meter } = deps;
  for (const request of done.cancelRequests) deps.cancel(request.runId);
  if (event !== undefined && done.changed) {
    // What was claimed while the command was on its way knows nothing of it.
    deps.takeBack({ jobId: done.job.id });
    events.emit(event, done.job.id);
  }
  for (const run of done.queued) events.emit('run.queued', done.job.id, run.id);
  for (const run of done.finished) {
    if (run.status === 'cancelled') events.emit('run.cancelled', done.job.id, run.id);
    if (run.status !== 'skipped') continue;
    if (isSkipReason(run.reason)) meter.skipped(run.reason);
    events.emit('run.skipped', done.job.id, run.id, { reason: run.reason });
  }
  if (areClaimed(done)) return;
  deps.lookNow();
  tellOthers(deps, done, event !== undefined);
}

/** All that the command has made due is claimed already. */
function areClaimed({ queued, claimed }: Done): boolean {
  if (claimed === undefined || queued.length === 0) return false;
  return queued.every(({ id }) => claimed.runs.some((run) => run.id === id));
}

/**
 * What other nodes have to know of a command that was done: what has to stop, what goes back, and that
 * something may be due.
 */
function tellOthers<Deps>(
  { tell }: ApiDeps<Deps>,
  { job, changed, cancelRequests }: Done,
  isOfJob: boolean,
): void {
  if (cancelRequests.length > 0) tell({ kind: 'cancel', runIds: cancelRequests.map(({ runId }) => runId) });
  if (!changed) return;
  tell(isOfJob ? { kind: 'job_changed', jobId: job.id } : { kind: 'wake' });
}

/** The `done` of a result, or the error that says why there is none. */
export function requireDone(result: CommandResult, jobId: string): Done {
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
  if (refusal.code === 'too_many_live_runs' || refusal.code === 'too_many_put_off')
    return new EngineError('too_many', refusal.detail);
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

export function auditOf(
  options: CommandOptions,
  action: string,
  change: object,
): Pick<CommandInput, 'audit'> {
  return { audit: { actor: options.by ?? 'system', action, change: JSON.stringify(change) } };
}

/** What the caller is at, for the runs that come of it. */
export function traceOf({ tracing }: Settings): { readonly trace?: string } {
  const trace = tracing?.current();
  return trace === undefined ? {} : { trace };
}

/** Who gives the command, as the store keeps it. */
export function by(options: CommandOptions): { readonly by?: string } {
  return options.by === undefined ? {} : { by: options.by };
}

/** What the caller wants the job to be still. */
export function guard({ ifUid, ifVersion }: CommandOptions): Pick<CommandInput, 'ifUid' | 'ifVersion'> {
  return {
    ...(ifUid === undefined ? {} : { ifUid }),
    ...(ifVersion === undefined ? {} : { ifVersion }),
  };
}

export function isGuarded(options: CommandOptions): boolean {
  return options.ifUid !== undefined || options.ifVersion !== undefined;
}
