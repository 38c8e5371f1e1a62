import type { HookContext, HookRunContext, JobHooks } from '../../core/job-types/job-type.ts';
import type { Job, PausedJob } from '../../core/model/job.ts';
import type { Pause } from '../../core/model/job-pause.ts';
import { type AttemptError, isLiveRun, type RunOver } from '../../core/model/run.ts';
import type { JobStore } from '../../core/store/store.ts';
import { createHandlerJobs, type HandlerCommands } from '../attempts/handler-jobs.ts';
import type { Registry } from '../job-types/registry.ts';
import type { PayloadSecrets } from '../job-types/secret-payload.ts';
import type { Settings } from '../options.ts';
import type { EndedClaim } from '../settling/ended-claim.ts';
import { type HookCall, HookQueue } from './hook-queue.ts';
import { type HookRun, runOfAttempt, runOfView } from './hook-run.ts';

export interface HookCallerDeps {
  readonly settings: Settings;
  readonly store: Pick<JobStore, 'getRun' | 'getJob'>;
  readonly registry: Registry;
  readonly secrets: PayloadSecrets;
  readonly commands: HandlerCommands;
  /** The hooks for all types. */
  readonly forAll: JobHooks;
}

type HookName = keyof JobHooks;

/** A hook to call: one for all types gets payloads without secrets. */
interface Target<Context> {
  readonly name: string;
  readonly hook: (ctx: Context) => unknown;
  readonly isForAll: boolean;
}

/** How many turns of the event loop a tick gives hooks to end. */
const TURNS_OF_A_TICK = 20;

/** Calls the hooks of job types after ends of runs and pauses of jobs were written (see `JobHooks`). */
export class HookCaller {
  readonly #with: HookCallerDeps;
  /**
   * One for each kind, so that slow hooks of successes drop no failure. Undefined without such a hook: then
   * nothing is done for it.
   */
  readonly #queues: Readonly<Record<HookName, HookQueue | undefined>>;

  constructor(deps: HookCallerDeps) {
    const { registry, forAll, settings } = deps;
    const queueFor = (name: HookName) => {
      const isUsed =
        forAll[name] !== undefined || registry.types.some(({ hooks }) => hooks[name] !== undefined);
      return isUsed ? new HookQueue(settings) : undefined;
    };
    this.#with = deps;
    this.#queues = {
      onSucceeded: queueFor('onSucceeded'),
      onFailed: queueFor('onFailed'),
      onPaused: queueFor('onPaused'),
    };
  }

  /** The engine has started. */
  open(): void {
    for (const queue of this.#all) queue.open();
  }

  /** The end of a claim was written, and its run has ended with it. */
  runEnded({ input: { outcome }, attempt }: EndedClaim): void {
    const { onSucceeded, onFailed } = this.#queues;
    if (attempt === undefined) return;
    if (outcome.kind === 'succeeded' && onSucceeded !== undefined)
      this.#callSucceeded(onSucceeded, runOfAttempt(this.#with, attempt), outcome.result);
    if (outcome.kind === 'failed' && onFailed !== undefined)
      this.#callFailed(onFailed, runOfAttempt(this.#with, attempt), outcome.error);
  }

  /** Runs have ended with claims that were taken back: nothing here knows more of them. */
  runsOver(ended: readonly RunOver[]): void {
    const { onSucceeded, onFailed } = this.#queues;
    for (const { status, jobId, runId, error } of ended) {
      if (status === 'failed' && onFailed !== undefined)
        this.#read(onFailed, { hook: 'onFailed', jobId, runId }, async () => {
          const view = await this.#with.store.getRun(runId);
          const last = error ?? view?.run.errors.at(-1);
          if (view === undefined || last === undefined) return;
          this.#callFailed(onFailed, runOfView(this.#with, view, last.attempt), last);
        });
      // Its handler had completed it (P31, completion).
      if (status === 'succeeded' && onSucceeded !== undefined)
        this.#read(onSucceeded, { hook: 'onSucceeded', jobId, runId }, async () => {
          const view = await this.#with.store.getRun(runId);
          if (view === undefined || isLiveRun(view.run)) return;
          const { attempt, result } = view.run;
          this.#callSucceeded(onSucceeded, runOfView(this.#with, view, attempt), result);
        });
    }
  }

  /** A command has paused a job. */
  jobPaused(job: Pick<Job, 'id' | 'uid' | 'name' | 'type'>, pause: Pause): void {
    const queue = this.#queues.onPaused;
    if (queue === undefined) return;
    const { id, uid, name, type } = job;
    const { reason, by, until } = pause;
    for (const { hook, name: hookName } of this.#targets('onPaused', (hooks) => hooks.onPaused, type))
      queue.add({
        ids: { hook: hookName, jobId: id },
        call: (signal) =>
          hook({
            ...this.#context({ id, uid, name, type }, `job:${id}`, signal),
            reason,
            by,
            until: until === undefined ? undefined : new Date(until),
          }),
      });
  }

  /** A transaction has paused jobs: see `PausedJob`. */
  jobsPaused(paused: readonly PausedJob[]): void {
    const queue = this.#queues.onPaused;
    if (queue === undefined) return;
    for (const { jobId, pause } of paused)
      this.#read(queue, { hook: 'onPaused', jobId }, async () => {
        const view = await this.#with.store.getJob(jobId, {});
        if (view !== undefined) this.jobPaused(view.job, pause);
      });
  }

  /** Lets hooks that wait for nothing come to their end. */
  async settled(): Promise<void> {
    const isBusy = () => this.#all.some((queue) => !queue.isIdle);
    for (let turn = 0; turn < TURNS_OF_A_TICK && isBusy(); turn += 1)
      await new Promise<void>((resolve) => void setImmediate(resolve));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((queue) => queue.stop()));
  }

  get #all(): readonly HookQueue[] {
    return Object.values(this.#queues).filter((queue) => queue !== undefined);
  }

  #callSucceeded(queue: HookQueue, run: HookRun, result: string | undefined): void {
    for (const target of this.#targets('onSucceeded', (hooks) => hooks.onSucceeded, run.job.type))
      queue.add({
        ...callOf(target, run),
        call: async (signal) =>
          target.hook({
            ...(await this.#runContext(run, target, signal)),
            result: result === undefined ? undefined : JSON.parse(result),
          }),
      });
  }

  #callFailed(queue: HookQueue, run: HookRun, error: AttemptError): void {
    for (const target of this.#targets('onFailed', (hooks) => hooks.onFailed, run.job.type))
      queue.add({
        ...callOf(target, run),
        call: async (signal) => target.hook({ ...(await this.#runContext(run, target, signal)), error }),
      });
  }

  /** Reads in the queue what hooks need, and then adds their calls. */
  #read(queue: HookQueue, ids: HookCall['ids'], read: () => Promise<void>): void {
    const call = () =>
      read().catch((err: unknown) => {
        this.#with.settings.logger.warn({ ...ids, err }, 'a hook was not called, because the store failed');
      });
    queue.add({ ids, call });
  }

  /** The hooks to call: first that of the type, then that for all types. */
  #targets<Context>(
    name: HookName,
    pick: (hooks: JobHooks) => ((ctx: Context) => unknown) | undefined,
    type: string,
  ): readonly Target<Context>[] {
    const { registry, forAll } = this.#with;
    const ofType = pick(registry.get(type)?.hooks ?? {});
    const ofAll = pick(forAll);
    return [
      ...(ofType === undefined ? [] : [{ name: `${type}.${name}`, hook: ofType, isForAll: false }]),
      ...(ofAll === undefined ? [] : [{ name, hook: ofAll, isForAll: true }]),
    ];
  }

  #context(job: HookContext['job'], by: string, signal: AbortSignal): HookContext {
    return { job, signal, jobs: createHandlerJobs(this.#with.commands, () => ({ by, signal })) };
  }

  async #runContext(
    { job, run, ...hookRun }: HookRun,
    { isForAll }: Pick<Target<never>, 'isForAll'>,
    signal: AbortSignal,
  ): Promise<HookRunContext & { readonly payload: unknown }> {
    const payload = await (isForAll ? hookRun.shownPayload() : hookRun.payload());
    return { ...this.#context(job, `run:${run.id}`, signal), run, payload };
  }
}

function callOf({ name }: Target<never>, { job, run, mask }: HookRun) {
  return { ids: { hook: name, jobId: job.id, runId: run.id }, mask };
}
