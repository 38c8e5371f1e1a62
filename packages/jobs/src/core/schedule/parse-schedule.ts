import type { Fault } from '../input/fault.ts';
import { shownValue } from '../input/shown-value.ts';
import { createMemo } from '../memo.ts';
import { formatDuration, parseWholeMs } from '../time/duration.ts';
import { type TimeInput, timeText } from '../time/time-input.ts';
import { parseTimestamp } from '../time/timestamp.ts';
import { isTimezone } from '../time/timezone.ts';
import { cronFault } from './cron/cron.ts';
import type { CronSchedule, Schedule } from './schedule.ts';
import { nextSlot } from './schedule-slots.ts';

/** The schedule fields of a job in code. An absent field is `undefined`. */
export interface ScheduleInput {
  readonly interval?: string | undefined;
  readonly intervalMode?: 'fixed_rate' | 'fixed_delay' | undefined;
  readonly cron?: string | undefined;
  readonly timezone?: string | undefined;
  readonly runAt?: TimeInput | undefined;
  readonly onDemand?: boolean | undefined;
  readonly startAt?: TimeInput | undefined;
}

export type ParsedSchedule =
  | { readonly ok: true; readonly value: Schedule }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Parses the schedule of a job, and returns all faults at once (P2, schedule). Accepts a past `runAt`. */
export function parseSchedule(
  input: ScheduleInput,
  rules: { readonly minIntervalMs: number },
): ParsedSchedule {
  const faults = fieldFaults(input);
  const note = (field: keyof ScheduleInput, detail: string) => faults.push({ pointer: `/${field}`, detail });
  const startAt = readInstant(input.startAt, (detail) => note('startAt', detail));
  const runAt = readInstant(input.runAt, (detail) => note('runAt', detail));
  const everyMs = readInterval(input.interval, rules.minIntervalMs, (detail) => note('interval', detail));
  const { cron, timezone = 'UTC' } = input;
  const cronDetail = cron === undefined ? undefined : cronFault(cron);
  if (cronDetail !== undefined) note('cron', cronDetail);
  if (input.timezone !== undefined && !isTimezone(timezone)) {
    note('timezone', `must be an IANA time zone, such as Europe/Berlin or UTC; got ${shownValue(timezone)}`);
  }
  if (faults.length > 0) return { ok: false, faults };

  const start = startAt === undefined ? {} : { startAt };
  if (input.interval !== undefined && everyMs !== undefined) {
    const mode = input.intervalMode ?? 'fixed_rate';
    return { ok: true, value: { kind: 'interval', interval: input.interval, everyMs, mode, ...start } };
  }
  if (cron !== undefined) return checkedCron({ kind: 'cron', cron, timezone, ...start });
  if (runAt !== undefined) return { ok: true, value: { kind: 'run_at', runAt } };
  return { ok: true, value: { kind: 'on_demand' } };
}

const KINDS = ['interval', 'cron', 'runAt', 'onDemand'] as const satisfies readonly (keyof ScheduleInput)[];
type Kind = (typeof KINDS)[number];

const COMPANIONS: readonly { readonly field: keyof ScheduleInput; readonly goesWith: readonly Kind[] }[] = [
  { field: 'intervalMode', goesWith: ['interval'] },
  { field: 'timezone', goesWith: ['cron'] },
  { field: 'startAt', goesWith: ['interval', 'cron'] },
];

/** The faults of fields together: no kind or several kinds, and fields that the kind does not allow. */
function fieldFaults(input: ScheduleInput): Fault[] {
  const given = KINDS.filter((kind) =>
    kind === 'onDemand' ? input.onDemand === true : input[kind] !== undefined,
  );
  if (given.length === 0) {
    const detail = 'a schedule is missing: give one of interval, cron, runAt or onDemand: true';
    return [{ pointer: '', detail }];
  }
  const detail = `give exactly one kind of schedule, not ${given.join(' and ')}`;
  const several = given.length > 1 ? given.map((kind) => ({ pointer: `/${kind}`, detail })) : [];
  const alone = COMPANIONS.filter(
    ({ field, goesWith }) => input[field] !== undefined && !goesWith.some((kind) => given.includes(kind)),
  ).map(({ field, goesWith }) => ({
    pointer: `/${field}`,
    detail: `only goes with ${goesWith.join(' or ')}`,
  }));
  return [...several, ...alone];
}

function readInstant(time: TimeInput | undefined, note: (detail: string) => void): number | undefined {
  if (time === undefined) return undefined;
  const instant = parseTimestamp(timeText(time));
  if (instant.ok) return instant.value;
  note(instant.detail);
  return undefined;
}

/** Longer texts are not cached. */
const LONGEST_REMEMBERED = 32;
/** Many jobs share few intervals, so the last 100 parsed ones are cached. */
const remembered = createMemo(100, parseWholeMs);

function readInterval(
  text: string | undefined,
  minIntervalMs: number,
  note: (detail: string) => void,
): number | undefined {
  if (text === undefined) return undefined;
  const ms = text.length <= LONGEST_REMEMBERED ? remembered(text) : parseWholeMs(text);
  if (!ms.ok) note(ms.detail);
  else if (ms.value < minIntervalMs)
    note(`must be at least ${formatDuration(minIntervalMs)}; got ${shownValue(text)}`);
  else return ms.value;
  return undefined;
}

function checkedCron(schedule: CronSchedule): ParsedSchedule {
  if (nextSlot(schedule, 0, -1) !== undefined) return { ok: true, value: schedule };
  return {
    ok: false,
    faults: [
      {
        pointer: '/startAt',
        detail: 'must be earlier: the cron expression has no slot at or after this time',
      },
    ],
  };
}
