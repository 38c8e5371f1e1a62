import type { Mutable } from '../../../core/objects.ts';
import type { Expectations } from '../../../core/watching/watching.ts';
import type { Row } from './schedule-row.ts';

/** The expectations of a job, from its row. */
export function expectationsIn(row: Row): Expectations | undefined {
  const expect: Mutable<Expectations> = {};
  if (row.expect_success_ms !== null) expect.successWithinMs = row.expect_success_ms as number;
  if (row.expect_duration_ms !== null) expect.durationMs = row.expect_duration_ms as number;
  if (row.expect_start_ms !== null) expect.startWithinMs = row.expect_start_ms as number;
  return Object.keys(expect).length === 0 ? undefined : expect;
}
