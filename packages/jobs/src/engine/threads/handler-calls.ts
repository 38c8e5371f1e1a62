import type { HandlerJobs } from '../../core/job-types/job-type.ts';
import {
  EngineError,
  type EngineErrorCode,
  StoreError,
  type StoreErrorCode,
} from '../../core/model/errors.ts';
import { isRecord } from '../../core/objects.ts';
import { isJson } from '../attempts/safe-text.ts';

/** What a thread may call for its handler. */
export interface EngineForHandler extends HandlerJobs {
  /** Saves what the next attempt of the run finds (P30, resume). */
  saveState(content: string): Promise<void>;
}

const METHODS = [
  'enqueue',
  'schedule',
  'trigger',
  'cancelRun',
  'saveState',
] as const satisfies readonly (keyof EngineForHandler)[];
type Method = (typeof METHODS)[number];

/** What a handler in a thread asks of the engine. */
export interface HandlerCall {
  readonly id: number;
  readonly method: Method;
  /** JSON of a list of `{ value }`; `{}` is undefined. A time is sent as text, a job type as its name. */
  readonly args: string;
}

/** Survives structured cloning. */
export type HandlerAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SentError };

type SentError =
  | {
      readonly name: 'EngineError';
      readonly code: EngineErrorCode;
      readonly message: string;
      readonly faults: EngineError['faults'];
    }
  | { readonly name: 'StoreError'; readonly code: StoreErrorCode; readonly message: string }
  | { readonly name: 'Error'; readonly message: string };

/** Checks a call that a handler may have forged. */
export function readCall(said: Readonly<Record<string, unknown>>): HandlerCall | undefined {
  const { id, args } = said;
  const method = METHODS.find((name) => name === said.method);
  if (typeof id !== 'number' || typeof args !== 'string' || method === undefined) return undefined;
  return { id, method, args };
}

/** Answers a call in the place of the engine's own thread. Never rejects. */
export async function answerCall(
  engine: EngineForHandler,
  { method, args }: HandlerCall,
): Promise<HandlerAnswer> {
  try {
    const call: (...given: readonly unknown[]) => Promise<unknown> = Reflect.get(Object(engine), method);
    return { ok: true, value: await call(...argumentsIn(args)) };
  } catch (error) {
    return { ok: false, error: sentError(error) };
  }
}

/** The arguments of a call. Throws for a text that {@link argsText} has not written. */
function argumentsIn(text: string): readonly unknown[] {
  const given: unknown = isJson(text) ? JSON.parse(text) : undefined;
  if (Array.isArray(given) && given.every(isRecord)) return given.map(({ value }) => value);
  const detail =
    'must be the JSON of a list such as [{"value":"nightly"}]. Call `ctx.jobs` instead of posting messages';
  throw new EngineError('invalid', 'The call is not valid.', [{ pointer: '/args', detail }]);
}

/** The engine for a handler in a thread: asks the engine's own thread, and waits for the answer. */
export class ThreadJobs {
  readonly #post: (call: HandlerCall) => void;
  readonly #waiting = new Map<number, (answer: HandlerAnswer) => void>();
  #lastId = 0;

  constructor(post: (call: HandlerCall) => void) {
    this.#post = post;
  }

  /** For one attempt. Its calls reject with the reason of its signal once that has fired. */
  of(signal: AbortSignal): HandlerJobs {
    const ask = <T>(method: Method, ...args: readonly unknown[]) =>
      this.#ask(method, args, signal) as Promise<T>;
    return {
      enqueue: async (type, payload, options) => ask('enqueue', nameIn(type), payload, withoutTx(options)),
      schedule: async (type, job) => ask('schedule', nameIn(type), job),
      trigger: async (jobId, input) => ask('trigger', jobId, withoutTx(input)),
      cancelRun: async (runId) => ask('cancelRun', runId),
    };
  }

  /** Also after the signal of an attempt has fired: its handler may save what it has done. */
  saveState(content: string): Promise<void> {
    return this.#ask('saveState', [content], NEVER_ABORTED) as Promise<void>;
  }

  answered(id: number, answer: HandlerAnswer): void {
    this.#waiting.get(id)?.(answer);
  }

  async #ask(method: Method, args: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<HandlerAnswer>();
    const aborted = () => reject(signal.reason);
    signal.addEventListener('abort', aborted);
    this.#waiting.set(id, resolve);
    try {
      this.#post({ id, method, args: argsText(args) });
      const answer = await promise;
      if (answer.ok) return answer.value;
      throw errorOf(answer.error);
    } finally {
      this.#waiting.delete(id);
      signal.removeEventListener('abort', aborted);
    }
  }
}

const NEVER_ABORTED = new AbortController().signal;

function argsText(args: readonly unknown[]): string {
  try {
    return JSON.stringify(args.map((value) => ({ value })));
  } catch {
    const detail = 'must be JSON: no functions, bigints or cycles';
    throw new EngineError('invalid', 'The call is not valid.', [{ pointer: '/payload', detail }]);
  }
}

function nameIn(type: unknown): unknown {
  return isRecord(type) ? type.type : type;
}

function withoutTx<T extends { readonly tx?: unknown }>(options: T | undefined): T | undefined {
  if (options?.tx === undefined) return options;
  return refuseTx('The call is not valid.');
}

/** A transaction can't leave its thread. */
export function refuseTx(summary: string): never {
  const detail = 'a handler in a thread can take part in no transaction: use `isolation: "inline"`';
  throw new EngineError('invalid', summary, [{ pointer: '/tx', detail }]);
}

function sentError(error: unknown): SentError {
  if (error instanceof EngineError) {
    const { name, code, summary: message, faults } = error;
    return { name, code, message, faults };
  }
  if (error instanceof StoreError) {
    const { name, code, message } = error;
    return { name, code, message };
  }
  return { name: 'Error', message: error instanceof Error ? error.message : String(error) };
}

function errorOf(error: SentError): Error {
  switch (error.name) {
    case 'EngineError':
      return new EngineError(error.code, error.message, error.faults);
    case 'StoreError':
      return new StoreError(error.code, error.message);
    case 'Error':
      return new Error(error.message);
    default:
      return error satisfies never;
  }
}
