import type { Job } from '../core/job.ts';
import type { JobContext, RunContext, RunLog } from '../core/job-type.ts';
import type { AttemptError, JsonText, Progress } from '../core/run.ts';
import type { ClaimedRun, LogLine } from '../core/store.ts';

/** Why a handler is told to stop; `signal.reason` is an error of this name. */
export type StopReason = 'timeout' | 'cancel' | 'shutdown' | 'stale';

const STOP_ERRORS: Readonly<Record<StopReason, { readonly name: string; readonly message: string }>> = {
  timeout: { name: 'TimeoutError', message: 'The run has reached its timeout.' },
  cancel: { name: 'CancelledError', message: 'The run was cancelled.' },
  shutdown: { name: 'ShutdownError', message: 'The server is stopping; the run goes on after the restart.' },
  stale: { name: 'StaleClaimError', message: 'Another node has taken this run over.' },
};

/** Bytes of log kept for a run, and characters of one line (P18). */
export const LOG_LIMIT = 65_536;
const LINE_LIMIT = 8_192;

/**
 * One execution of a run's handler, and the context that the handler sees. Everything that a short run does not touch
 * (payload, signal, log) is made when first asked for: at tens of thousands of runs a second that is most of the cost.
 */
export class Attempt implements JobContext<unknown> {
  readonly claimed: ClaimedRun;
  readonly owner: Job;
  readonly #payload: JsonText;
  readonly #now: () => number;
  #controller: AbortController | undefined;
  #lines: LogLine[] = [];
  #lineBytes = 0;
  #progress: Progress | undefined;
  #unreported = false;
  /** When the handler was called; 0 before. */
  startedAt = 0;
  startedMonotonic = 0;
  /** Whether the store knows `startedAt`. */
  startKnown = false;
  stop: { readonly reason: StopReason; readonly atMonotonic: number } | undefined;
  /** The handler ignores its signal, and the store was told. */
  isZombie = false;

  constructor(run: ClaimedRun, job: Job, payload: JsonText, now: () => number) {
    this.claimed = run;
    this.owner = job;
    this.#payload = payload;
    this.#now = now;
  }

  get payload(): unknown {
    return JSON.parse(this.#payload) as unknown;
  }

  get payloadJson(): JsonText {
    return this.#payload;
  }

  get job(): JobContext<unknown>['job'] {
    const { id, uid, name, type } = this.owner;
    return { id, uid, name, type };
  }

  get run(): RunContext {
    const { id, attempt, fence, scheduledFor, catchUp, missed } = this.claimed;
    return { id, attempt, fence, catchUp, missed, scheduledFor: dateOf(scheduledFor) };
  }

  get lastSuccess(): Date | undefined {
    return dateOf(this.owner.lastSuccessAt);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.stop !== undefined && !this.#controller.signal.aborted)
      this.#controller.abort(stopError(this.stop.reason));
    return this.#controller.signal;
  }

  get log(): RunLog {
    const line = (level: LogLine['level']) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
      this.addLine(level, message, fields === undefined ? undefined : safeJson(fields));
    return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  }

  progress = (done: number, total?: number, note?: string): void => {
    this.#progress = {
      done,
      ...(total === undefined ? {} : { total }),
      ...(note === undefined ? {} : { note }),
    };
    this.#unreported = true;
  };

  addLine(level: LogLine['level'], message: string, fields?: JsonText): void {
    const text = String(message);
    const kept = text.length > LINE_LIMIT ? `${text.slice(0, LINE_LIMIT)}…` : text;
    const extra = fields !== undefined && fields.length <= LINE_LIMIT ? { fields } : {};
    this.#lines.push({ at: this.#now(), level, message: kept, ...extra });
    this.#lineBytes += kept.length + (fields?.length ?? 0);
    while (this.#lineBytes > LOG_LIMIT && this.#lines.length > 1) {
      const dropped = this.#lines.shift();
      this.#lineBytes -= (dropped?.message.length ?? 0) + (dropped?.fields?.length ?? 0);
    }
    this.#unreported = true;
  }

  /** Tells the handler to stop; the first reason counts. */
  abort(reason: StopReason, atMonotonic: number): boolean {
    if (this.stop !== undefined) return false;
    this.stop = { reason, atMonotonic };
    this.#controller?.abort(stopError(reason));
    return true;
  }

  /** What was logged and reported since the last call. */
  takeReport(): { readonly progress?: Progress; readonly logs?: readonly LogLine[] } | undefined {
    if (!this.#unreported) return undefined;
    this.#unreported = false;
    const logs = this.#lines;
    this.#lines = [];
    this.#lineBytes = 0;
    return {
      ...(this.#progress === undefined ? {} : { progress: this.#progress }),
      ...(logs.length === 0 ? {} : { logs }),
    };
  }
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

export function stopError(reason: StopReason): Error {
  const { name, message } = STOP_ERRORS[reason];
  return Object.assign(new Error(message), { name });
}

/** JSON of anything: what can't be expressed is said so. */
export function safeJson(value: unknown): JsonText {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    return JSON.stringify({ unserialisable: error instanceof Error ? error.message : String(error) });
  }
}

/** What was thrown, as it is kept: bounded, and never failing itself. */
export function attemptError(
  thrown: unknown,
  at: { readonly attempt: number; readonly at: number; readonly reason: AttemptError['reason'] },
): AttemptError {
  if (!(thrown instanceof Error)) return { ...at, name: 'Error', message: cut(safeJson(thrown), 2_000) };
  const message = cut(thrown.message || thrown.name, 2_000);
  const stack = thrown.stack === undefined ? {} : { stack: cut(thrown.stack, 8_000) };
  return { ...at, name: cut(String(thrown.name), 200), message, ...stack };
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
