import type { Attempt } from '../attempts/attempt.ts';
import { withStrayErrorsTo } from '../attempts/stray-errors.ts';
import type { RegisteredType } from '../job-types/registry.ts';

/** Runs an inline handler. Async, since the `then` of what it returned may throw, or call back twice. */
export async function runInline(type: RegisteredType, attempt: Attempt): Promise<unknown> {
  const { span } = attempt;
  // Async, so that what throws within a span is the tracer and never the handler.
  const run = span === undefined ? () => type.run(attempt) : () => span.within(async () => type.run(attempt));
  return attempt.onStray === undefined ? run() : withStrayErrorsTo(attempt, run);
}
