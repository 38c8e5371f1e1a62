import type { Attempt } from '../attempts/attempt.ts';
import { withStrayErrorsTo } from '../attempts/stray-errors.ts';
import type { RegisteredType } from '../job-types/registry.ts';

/** Runs the handler of an attempt on this event loop. */
export async function runInline(type: RegisteredType, attempt: Attempt): Promise<unknown> {
  return attempt.onStray === undefined
    ? runTraced(type, attempt)
    : withStrayErrorsTo(attempt, () => runTraced(type, attempt));
}

function runTraced(type: RegisteredType, attempt: Attempt): Promise<unknown> {
  const { span } = attempt;
  return span === undefined
    ? type.run(attempt)
    : // Async, so that what throws here is the tracer and never the handler.
      span.within(async () => type.run(attempt));
}
