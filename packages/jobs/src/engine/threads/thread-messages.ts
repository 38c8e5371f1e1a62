import type { SavedState } from '../../core/model/checkpoint.ts';
import type { JsonText } from '../../core/model/run.ts';
import { isRecord } from '../../core/objects.ts';
import type { OutboundOptions } from '../../core/outbound/outbound.ts';
import type { Attempt, StopReason } from '../attempts/attempt.ts';
import { checkResult, type HandlerResult } from '../attempts/handler-result.ts';
import { safeText } from '../attempts/safe-text.ts';
import { checkThrown, type ThrownError } from '../attempts/thrown-error.ts';
import { type HandlerAnswer, type HandlerCall, readCall } from './handler-calls.ts';
import type { HandlerStart } from './handler-start.ts';

export interface ThreadData {
  readonly start: HandlerStart;
  readonly deps: { readonly module: string; readonly data: unknown } | undefined;
  readonly outbound: OutboundOptions;
}

/** Engine to thread. */
export type ToThread =
  | {
      readonly kind: 'run';
      readonly module: string;
      readonly type: string;
      /** `mustValidate`: the handler gets what the type's schema makes of the JSON. */
      readonly payload: {
        readonly json: JsonText;
        readonly mustValidate: boolean;
        /** The secrets in it, which the thread hides in what it sends. */
        readonly secrets: readonly unknown[] | undefined;
      };
      readonly job: Attempt['job'];
      readonly run: Attempt['run'];
      readonly lastSuccess: Date | undefined;
      readonly traceparent: string | undefined;
      /** What an earlier attempt has saved (P30, resume). */
      readonly saved: SavedState | undefined;
    }
  /** Imports the modules of these job types, and runs nothing. */
  | { readonly kind: 'load'; readonly types: readonly { readonly module: string; readonly type: string }[] }
  | { readonly kind: 'abort'; readonly reason: StopReason }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: HandlerAnswer }
  | { readonly kind: 'end' };

/** Thread to engine. `output` is unchecked, and `AttemptOutput.add` checks it. */
export type FromThread =
  /** What a thread that loads modules begins with now: the engine names it when the load does not end. */
  | { readonly kind: 'loading'; readonly what: string }
  /** The end of loading modules; `faults` says why modules could not be loaded. */
  | { readonly kind: 'loaded'; readonly faults: readonly string[] }
  | { readonly kind: 'output'; readonly output: unknown }
  | { readonly kind: 'call'; readonly call: HandlerCall }
  | { readonly kind: 'returned'; readonly result: HandlerResult; readonly output: unknown }
  /** Unless `isUsable`, the thread must not run another handler, such as after a failed import. */
  | {
      readonly kind: 'threw';
      readonly thrown: ThrownError;
      readonly isUsable: boolean;
      readonly output: unknown;
    }
  /** A stray error of an earlier attempt of this thread, which had already ended. */
  | { readonly kind: 'stray'; readonly thrown: ThrownError; readonly ids: RunIds };

export type RunIds = Readonly<Record<'jobId' | 'type' | 'runId', string>>;
/** How a handler in a thread ended. */
export type HandlerEnd = Extract<FromThread, { kind: 'returned' | 'threw' }>;
/** The last message about a task of the thread. */
export type Reply = HandlerEnd | Extract<FromThread, { kind: 'loaded' }>;

/** Marks the engine's own messages: a handler shares the thread's port and can post anything. */
export interface Envelope {
  readonly '@greenvue/jobs': FromThread;
}

/** Checks a message of a thread, which a handler may have posted. Undefined: it is not the engine's. */
export function readMessage(message: unknown): FromThread | undefined {
  if (!isRecord(message)) return undefined;
  const said = message['@greenvue/jobs'];
  if (!isRecord(said)) return undefined;
  const { kind, output } = said;
  switch (kind) {
    case 'output':
      return { kind, output };
    case 'call': {
      const call = isRecord(said.call) ? readCall(said.call) : undefined;
      return call && { kind, call };
    }
    case 'returned':
      return { kind, output, result: checkResult(said.result) };
    case 'threw':
      return { kind, output, thrown: checkThrown(said.thrown), isUsable: said.isUsable === true };
    case 'loaded':
      return {
        kind,
        faults: Array.isArray(said.faults) ? said.faults.map((fault) => safeText(fault, 2_000)) : [],
      };
    case 'loading':
      return { kind, what: safeText(said.what, 2_000) };
    case 'stray':
      return { kind, thrown: checkThrown(said.thrown), ids: checkIds(said.ids) };
    default:
      return undefined;
  }
}

function checkIds(ids: unknown): RunIds {
  const { jobId, type, runId } = isRecord(ids) ? ids : {};
  return { jobId: safeText(jobId, 200), type: safeText(type, 200), runId: safeText(runId, 200) };
}
