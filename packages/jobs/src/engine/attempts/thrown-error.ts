import { types } from 'node:util';
import { PermanentError } from '../../core/model/errors.ts';
import type { ErrorCause } from '../../core/model/run.ts';
import { isRecord } from '../../core/objects.ts';
import type { SecretMask } from '../../core/secrets/secret-mask.ts';
import { safeText } from './safe-text.ts';

const NAME_LIMIT = 200;
const MESSAGE_LIMIT = 2_000;
const CODE_LIMIT = 100;
const STACK_LIMIT = 8_000;
const DEPTH_LIMIT = 5;
const CAUSES_LIMIT = 10;
/** Characters of the stacks of all causes of one error. */
const CAUSES_STACK_LIMIT = 16_000;

type ErrorText = Omit<ErrorCause, 'depth'>;

/** What a handler threw, as the engine keeps it: text, within bounds. */
export interface ThrownError extends ErrorText {
  readonly causes?: readonly ErrorCause[];
  /** A retry can't help (P8, retries). */
  readonly permanent: boolean;
}

/**
 * Reads what was thrown, which can be anything, even an error whose getters throw. `mask` hides secrets in
 * each of its texts. Never throws.
 */
export function readThrown(thrown: unknown, mask?: SecretMask): ThrownError {
  const text = readText(thrown, mask);
  return {
    ...text,
    ...withCauses(readCauses(thrown, mask)),
    // By name too: a handler may have its own copy of the class.
    permanent: text.name === 'PermanentError' || isPermanent(thrown),
  };
}

/** The error of a thread, which may have forged it, without what `mask` hides. */
export function maskThrown(thrown: ThrownError, mask: SecretMask | undefined): ThrownError {
  if (mask === undefined) return thrown;
  const { causes = [], permanent, ...text } = thrown;
  const masked = causes.map(({ depth, ...cause }) => ({ depth, ...boundedText({ ...cause }, mask) }));
  return { ...boundedText({ ...text }, mask), ...withCauses(masked), permanent };
}

/** Checks an error from a thread: a handler can post anything to its thread's port. Never throws. */
export function checkThrown(value: unknown): ThrownError {
  const { causes, permanent } = isRecord(value) ? value : {};
  const checked = Array.isArray(causes) ? causes.slice(0, CAUSES_LIMIT).filter(isRecord) : [];
  return {
    ...(isRecord(value) ? boundedText(value) : unreadable()),
    ...withCauses(boundedStacks(checked.map((cause) => ({ depth: depthOf(cause), ...boundedText(cause) })))),
    permanent: permanent === true,
  };
}

/** An error's `cause`, the `errors` of an AggregateError, and their causes, each error before its causes. */
function readCauses(thrown: unknown, mask: SecretMask | undefined): ErrorCause[] {
  const causes: ErrorCause[] = [];
  const seen = new Set([thrown]);
  const add = (error: unknown, depth: number): void => {
    for (const cause of directCauses(error)) {
      if (depth > DEPTH_LIMIT || causes.length >= CAUSES_LIMIT) return;
      if (seen.has(cause)) continue;
      seen.add(cause);
      causes.push({ depth, ...readText(cause, mask) });
      add(cause, depth + 1);
    }
  };
  add(thrown, 1);
  return boundedStacks(causes);
}

function directCauses(error: unknown): readonly unknown[] {
  try {
    if (!isError(error)) return [];
    const { cause } = error;
    const errors: unknown = 'errors' in error ? error.errors : undefined;
    return [
      ...(cause === undefined || cause === null ? [] : [cause]),
      ...(Array.isArray(errors) ? errors.slice(0, CAUSES_LIMIT) : []),
    ];
  } catch {
    return [];
  }
}

function readText(thrown: unknown, mask: SecretMask | undefined): ErrorText {
  try {
    if (!isError(thrown)) {
      const message = safeText(thrown, MESSAGE_LIMIT, mask) || 'The handler threw an empty text.';
      return { name: 'Error', message };
    }
    const { name, message, stack } = thrown;
    return boundedText({ name, message, stack, code: 'code' in thrown ? thrown.code : undefined }, mask);
  } catch {
    return unreadable();
  }
}

/** Also of another realm, as the errors of Node are in a test of Jest. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

function boundedText(error: Readonly<Record<string, unknown>>, mask?: SecretMask): ErrorText {
  const name = safeText(error.name, NAME_LIMIT, mask);
  const { code, stack } = error;
  return {
    name,
    message: safeText(error.message, MESSAGE_LIMIT, mask) || name,
    ...(typeof code === 'string' || typeof code === 'number'
      ? { code: safeText(code, CODE_LIMIT, mask) }
      : {}),
    ...(typeof stack === 'string' ? { stack: safeText(stack, STACK_LIMIT, mask) } : {}),
  };
}

/** The first stacks count most. */
function boundedStacks(causes: readonly ErrorCause[]): ErrorCause[] {
  let left = CAUSES_STACK_LIMIT;
  return causes.map(({ stack, ...cause }) => {
    if (stack === undefined || stack.length > left) return cause;
    left -= stack.length;
    return { ...cause, stack };
  });
}

function withCauses(causes: readonly ErrorCause[]): Pick<ThrownError, 'causes'> {
  return causes.length === 0 ? {} : { causes };
}

function depthOf({ depth }: Readonly<Record<string, unknown>>): number {
  return typeof depth === 'number' && Number.isInteger(depth) ? Math.min(Math.max(depth, 1), DEPTH_LIMIT) : 1;
}

function isPermanent(thrown: unknown): boolean {
  try {
    return thrown instanceof PermanentError;
  } catch {
    return false;
  }
}

function unreadable(): ErrorText {
  return { name: 'Error', message: 'The handler threw something that could not be read.' };
}
