import type { AttemptError, ErrorCause } from '../model/run.ts';

type KeptError = Omit<ErrorCause, 'depth'>;

/**
 * The error of an attempt as an `Error` with its chain of causes, for loggers. Of several causes of one
 * error, such as those of an AggregateError, `cause` is the first, and `errors` has all.
 */
export function errorChain({ causes = [], ...kept }: KeptError & Pick<AttemptError, 'causes'>): Error {
  const error = errorOf(kept);
  const nearest = [error];
  for (const { depth, ...each } of causes) {
    const cause = errorOf(each);
    addCause(nearest.slice(0, depth).at(-1) ?? error, cause);
    nearest.splice(depth, nearest.length, cause);
  }
  return error;
}

function errorOf({ name, message, code, stack }: KeptError): Error {
  const error = new Error(message);
  hide(error, 'name', name);
  // Not the place where the error was read.
  error.stack = stack ?? `${name}: ${message}`;
  return code === undefined ? error : Object.assign(error, { code });
}

function addCause(error: Error & { errors?: readonly Error[] }, cause: Error): void {
  if (error.cause instanceof Error) error.errors = [...(error.errors ?? [error.cause]), cause];
  else hide(error, 'cause', cause);
}

/** As errors have these fields: a print of the error does not repeat them. */
function hide(error: Error, field: 'name' | 'cause', value: unknown): void {
  Object.defineProperty(error, field, { value, configurable: true, writable: true });
}
