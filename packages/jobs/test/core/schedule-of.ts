import { parseSchedule, type ScheduleInput } from '../../src/core/schedule/parse-schedule.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';

/** The schedule of valid fields, with intervals from 1 s. */
export function scheduleOf(input: ScheduleInput): Schedule {
  const parsed = parseSchedule(input, { minIntervalMs: 1_000 });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}
