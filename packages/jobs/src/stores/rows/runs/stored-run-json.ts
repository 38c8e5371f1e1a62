import {
  type AttemptError,
  type ErrorCause,
  FAIL_REASONS,
  type JsonText,
  type Progress,
} from '../../../core/model/run.ts';
import { isRecord } from '../../../core/objects.ts';

/**
 * Reads the errors of a run. Leaves out entries that the engine cannot have written, as in a database that
 * was edited by hand.
 */
export function errorsOf(text: JsonText): readonly AttemptError[] {
  const stored = parsed(text);
  return Array.isArray(stored) ? stored.filter(isAttemptError) : [];
}

/** Reads the progress of a run. Undefined if the value is no progress. */
export function progressOf(text: JsonText): Progress | undefined {
  const stored = parsed(text);
  return isProgress(stored) ? stored : undefined;
}

function isAttemptError(value: unknown): value is AttemptError {
  if (!isErrorText(value)) return false;
  const { attempt, at, reason, causes } = value;
  const hasTimes = isInteger(attempt) && isInteger(at) && FAIL_REASONS.some((known) => known === reason);
  return hasTimes && (causes === undefined || (Array.isArray(causes) && causes.every(isCause)));
}

function isCause(value: unknown): value is ErrorCause {
  return isErrorText(value) && isInteger(value.depth);
}

function isErrorText(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    typeof value.message === 'string' &&
    [value.code, value.stack].every((text) => text === undefined || typeof text === 'string')
  );
}

function isProgress(value: unknown): value is Progress {
  if (!isRecord(value) || !Number.isFinite(value.done)) return false;
  const { total, note } = value;
  return (total === undefined || Number.isFinite(total)) && (note === undefined || typeof note === 'string');
}

function isInteger(value: unknown): boolean {
  return Number.isInteger(value);
}

function parsed(text: JsonText): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
