import { AsyncLocalStorage } from 'node:async_hooks';
import type { SecretMask } from '../../core/secrets/secret-mask.ts';
import { errorWithCauses } from '../attempts/attempt-log.ts';
import { withStrayErrorsTo } from '../attempts/stray-errors.ts';
import { readThrown } from '../attempts/thrown-error.ts';
import type { Settings } from '../options.ts';

/** A call of a hook that waits. */
export interface HookCall {
  /** Such as `send_digest.onFailed`, and the run or job that it is about: for the log. */
  readonly ids: { readonly hook: string; readonly jobId: string; readonly runId?: string };
  readonly call: (signal: AbortSignal) => unknown;
  /** Hides secrets in what the hook throws. */
  readonly mask?: () => SecretMask | undefined;
}

/** Further calls wait. */
const MOST_AT_ONCE = 20;
/** Further calls are dropped. */
export const MOST_WAITING = 1_000;
const TIMEOUT_MS = 10_000;
const DRAIN_MS = 2_000;

export type HookQueueDeps = Pick<Settings, 'clock' | 'logger' | 'strayErrors'>;

/**
 * Calls hooks in their order, a few at once, each once: best effort, bounded, and never in the way of a run.
 */
export class HookQueue {
  readonly #with: HookQueueDeps;
  readonly #waiting: HookCall[] = [];
  readonly #running = new Set<AbortController>();
  /** A hook must not run in the context of the request or handler that has caused it. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #dropped = 0;
  #isOpen = false;
  #isTurnScheduled = false;
  #isStopped = false;
  #emptied: (() => void) | undefined;

  constructor(deps: HookQueueDeps) {
    this.#with = deps;
  }

  get isIdle(): boolean {
    return this.#waiting.length + this.#running.size === 0;
  }

  /** Until then, calls wait: hooks may use the engine, which is starting. */
  open(): void {
    this.#isOpen = true;
    this.#callSoon();
  }

  add(call: HookCall): void {
    if (this.#isStopped) return;
    if (this.#waiting.length >= MOST_WAITING) return this.#drop();
    this.#waiting.push(call);
    this.#callSoon();
  }

  /** Calls what waits for a short time. Drops the rest. */
  async stop(): Promise<void> {
    if (!this.isIdle && this.#isOpen) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied = resolve;
      const cancel = this.#with.clock.setTimer(DRAIN_MS, resolve);
      await promise;
      cancel();
    }
    this.#isStopped = true;
    const dropped = this.#waiting.splice(0).length;
    const running = this.#running.size;
    if (dropped + running > 0)
      this.#with.logger.warn({ dropped, running }, 'stopping: some hooks were not called or have not ended');
    for (const controller of this.#running) controller.abort(namedError('ShutdownError', STOPPING));
  }

  /** In a later turn of the event loop: many hooks that compute must not block it. */
  #callSoon(): void {
    if (!this.#isOpen || this.#isTurnScheduled || !this.#mayCall) return;
    this.#isTurnScheduled = true;
    setImmediate(() => {
      this.#isTurnScheduled = false;
      for (let n = 0; n < MOST_AT_ONCE && this.#mayCall; n += 1) {
        const next = this.#waiting.shift();
        if (next !== undefined) void this.#outside(() => this.#call(next));
      }
      this.#callSoon();
    });
  }

  get #mayCall(): boolean {
    return this.#waiting.length > 0 && this.#running.size < MOST_AT_ONCE;
  }

  /** Never rejects. */
  async #call(hook: HookCall): Promise<void> {
    const { clock, logger } = this.#with;
    const controller = new AbortController();
    this.#running.add(controller);
    const { promise: tooLong, resolve } = Promise.withResolvers<'too long'>();
    const cancel = clock.setTimer(TIMEOUT_MS, () => resolve('too long'));
    const ended = this.#guarded(hook, controller.signal).catch((thrown: unknown) => {
      this.#log(hook, thrown, 'a hook threw an error; it is not called again');
    });
    if ((await Promise.race([ended, tooLong])) === 'too long') {
      logger.warn(
        hook.ids,
        'a hook has not ended in 10 s, and is not waited for: pass ctx.signal to what it awaits',
      );
      controller.abort(namedError('TimeoutError', TOO_LONG));
    }
    cancel();
    this.#running.delete(controller);
    this.#callSoon();
    if (!this.isIdle) return;
    this.#logDropped();
    this.#emptied?.();
  }

  async #guarded(hook: HookCall, signal: AbortSignal): Promise<unknown> {
    const call = async () => hook.call(signal);
    if (this.#with.strayErrors === 'off') return call();
    const strayed = (error: Error) => this.#log(hook, error, 'a hook has left an error that nothing awaited');
    return withStrayErrorsTo({ strayed }, call);
  }

  #log({ ids, mask }: HookCall, thrown: unknown, message: string): void {
    const { causes, permanent: _permanent, ...error } = readThrown(thrown, mask?.());
    this.#with.logger.error({ ...ids, err: errorWithCauses(error, causes) }, message);
  }

  #drop(): void {
    this.#dropped += 1;
    if (this.#dropped === 1)
      this.#with.logger.warn(
        { waiting: MOST_WAITING },
        'hooks are dropped, because earlier ones take too long',
      );
  }

  #logDropped(): void {
    if (this.#dropped > 0)
      this.#with.logger.warn({ dropped: this.#dropped }, 'hooks are called again; some were dropped');
    this.#dropped = 0;
  }
}

const TOO_LONG = 'The hook has taken 10 s.';
const STOPPING = 'The engine has stopped, and waits no longer for this hook.';

function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
