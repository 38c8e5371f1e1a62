import { PermanentError } from '../core/errors.ts';
import { textOf } from './text.ts';

const NAME_LIMIT = 200;
const MESSAGE_LIMIT = 2_000;
const STACK_LIMIT = 8_000;

/** What a handler threw, as it is kept: bounded, and nothing but text. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** A retry can't mend it (P8). */
  readonly permanent: boolean;
}

/** Reads what was thrown, which can be anything: code that is at fault here may be at fault in its errors, too. Never throws. */
export function readThrown(thrown: unknown): Thrown {
  try {
    return thrown instanceof Error ? readError(thrown) : plain(textOf(thrown, MESSAGE_LIMIT));
  } catch {
    return plain('The handler threw something that could not be read.');
  }
}

function readError(error: Error): Thrown {
  const name = textOf(error.name, NAME_LIMIT);
  const stack: unknown = error.stack;
  return {
    name,
    message: textOf(error.message, MESSAGE_LIMIT) || name,
    // By name too: a handler may have its own copy of the class.
    permanent: error instanceof PermanentError || name === 'PermanentError',
    ...(typeof stack === 'string' ? { stack: textOf(stack, STACK_LIMIT) } : {}),
  };
}

function plain(message: string): Thrown {
  return { name: 'Error', message, permanent: false };
}
