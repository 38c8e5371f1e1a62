import { isRecord } from '../../core/objects.ts';
import type { JsonText } from '../../core/run.ts';
import type { Attempt, StopReason } from '../attempts/attempt.ts';
import type { Noted } from '../attempts/attempt-output.ts';
import { checkResult, type HandlerResult } from '../attempts/handler-result.ts';
import { textOf } from '../attempts/safe-text.ts';
import { checkThrown, type Thrown } from '../attempts/thrown-error.ts';
import type { HandlerStart } from './handler-start.ts';

/** The data that a thread gets when it starts. */
export interface ThreadData {
  readonly start: HandlerStart;
  readonly deps: { readonly module: string; readonly data: unknown } | undefined;
}

/** Engine to thread. */
export type ToThread =
  | {
      readonly kind: 'run';
      readonly module: string;
      readonly type: string;
      readonly payload: JsonText;
      readonly job: Attempt['job'];
      readonly run: Attempt['run'];
      readonly lastSuccess: Date | undefined;
      readonly traceparent: string | undefined;
    }
  /** Imports the modules of these job types, and runs nothing. */
  | { readonly kind: 'load'; readonly types: readonly { readonly module: string; readonly type: string }[] }
  | { readonly kind: 'abort'; readonly reason: StopReason }
  | { readonly kind: 'end' };

/** How a handler in a thread ended. */
export type HandlerEnd =
  | { readonly kind: 'returned'; readonly result: HandlerResult }
  | { readonly kind: 'threw'; readonly thrown: Thrown };

interface Threw extends Extract<HandlerEnd, { kind: 'threw' }> {
  /**
   * False: the thread must not run another handler, such as when a module or the dependencies could not be
   * loaded.
   */
  readonly isUsable: boolean;
}

/** The end of loading modules; `faults` says why modules could not be loaded. */
interface Loaded {
  readonly kind: 'loaded';
  readonly faults: readonly string[];
}

/** What a thread that loads modules begins with now: the engine names it when the load does not end. */
interface Loading {
  readonly kind: 'loading';
  readonly what: string;
}

/** A stray error of an earlier attempt of this thread, which had already ended. */
interface Stray {
  readonly kind: 'stray';
  readonly thrown: Thrown;
  readonly ids: Readonly<Record<'jobId' | 'type' | 'runId', string>>;
}

/** Thread to engine. */
export type FromThread =
  | Loaded
  | Loading
  | Stray
  | { readonly kind: 'noted'; readonly noted: Noted }
  | (Extract<HandlerEnd, { kind: 'returned' }> & { readonly noted: Noted | undefined })
  | (Threw & { readonly noted: Noted | undefined });

/** Marks the engine's own messages: a handler shares the thread's port and can post anything. */
export interface Envelope {
  readonly '@greenvue/jobs': FromThread;
}

/** The last message about a task of the thread. */
export type Reply = Extract<HandlerEnd, { kind: 'returned' }> | Threw | Loaded;

/** A checked message of a thread; only `noted` is unchecked, and `RunNotes.add` checks it. */
export type Heard = (Reply | Stray | Loading | { readonly kind: 'noted' }) & { readonly noted?: unknown };

/**
 * Checks a message of a thread, which a handler may have posted; undefined: it is not one of the engine's.
 */
export function readMessage(message: unknown): Heard | undefined {
  if (!isRecord(message)) return undefined;
  const said = message['@greenvue/jobs'];
  if (!isRecord(said)) return undefined;
  const { kind, noted } = said;
  switch (kind) {
    case 'noted':
      return { kind, noted };
    case 'returned':
      return { kind, noted, result: checkResult(said.result) };
    case 'threw':
      return { kind, noted, thrown: checkThrown(said.thrown), isUsable: said.isUsable === true };
    case 'loaded':
      return {
        kind,
        faults: Array.isArray(said.faults) ? said.faults.map((fault) => textOf(fault, 2_000)) : [],
      };
    case 'loading':
      return { kind, what: textOf(said.what, 2_000) };
    case 'stray':
      return { kind, thrown: checkThrown(said.thrown), ids: checkIds(said.ids) };
    default:
      return undefined;
  }
}

function checkIds(ids: unknown): Stray['ids'] {
  const { jobId, type, runId } = isRecord(ids) ? ids : {};
  return { jobId: textOf(jobId, 200), type: textOf(type, 200), runId: textOf(runId, 200) };
}
