import type { Fault } from '../input/fault.ts';
import { shownValue } from '../input/shown-value.ts';
import { LONGEST_SPREAD_MS, MOST_RUNS } from '../limits.ts';
import { createMemo } from '../memo.ts';
import { formatDuration, parseWholeMs } from '../time/duration.ts';
import { type TimeInput, timeText } from '../time/time-input.ts';
import { parseTimestamp } from '../time/timestamp.ts';
import { isTimezone } from '../time/timezone.ts';
import type { ChainOn } from './chain-ends.ts';
import { cronFault } from './cron/cron.ts';
import { rruleFault } from './rrule/rrule.ts';
import type { LocalSchedule, Schedule } from './schedule.ts';
import { nextSlot } from './schedule-slots.ts';

/** The schedule fields of a job in code. An absent field is `undefined`. */
export interface ScheduleInput {
  readonly interval?: string | undefined;
  readonly intervalMode?: 'fixed_rate' | 'fixed_delay' | undefined;
  readonly cron?: string | undefined;
  readonly rrule?: string | undefined;
  readonly timezone?: string | undefined;
  readonly runAt?: TimeInput | undefined;
  readonly onDemand?: boolean | undefined;
  readonly after?: AfterInput | undefined;
  readonly startAt?: TimeInput | undefined;
  readonly endAt?: TimeInput | undefined;
  readonly maxRuns?: number | undefined;
  readonly spread?: string | undefined;
}

/** The job whose runs start runs of this job. */
export interface AfterInput {
  readonly job: string;
  /** Which ends of its runs do. Default: `succeeded`. */
  readonly on?: ChainOn | undefined;
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
  const endAt = readInstant(input.endAt, (detail) => note('endAt', detail));
  if (startAt !== undefined && endAt !== undefined && endAt < startAt)
    note('endAt', `must be at or after startAt, such as ${timeOf(startAt)}; got ${timeOf(endAt)}`);
  const { maxRuns } = input;
  if (maxRuns !== undefined && !(Number.isSafeInteger(maxRuns) && maxRuns >= 1 && maxRuns <= MOST_RUNS))
    note('maxRuns', `must be a whole number from 1 to ${MOST_RUNS}, such as 10; got ${shownValue(maxRuns)}`);
  const runAt = readInstant(input.runAt, (detail) => note('runAt', detail));
  const everyMs = readInterval(input.interval, rules.minIntervalMs, (detail) => note('interval', detail));
  const spreadMs = readSpread(input, everyMs, (detail) => note('spread', detail));
  const { cron, rrule, timezone = 'UTC' } = input;
  const cronDetail = cron === undefined ? undefined : cronFault(cron);
  if (cronDetail !== undefined) note('cron', cronDetail);
  const isZone = input.timezone === undefined || isTimezone(timezone);
  if (!isZone)
    note('timezone', `must be an IANA time zone, such as Europe/Berlin or UTC; got ${shownValue(timezone)}`);
  const rruleDetail = rrule === undefined || !isZone ? undefined : rruleFault({ rrule, timezone, startAt });
  if (rruleDetail !== undefined) note('rrule', rruleDetail);
  if (faults.length > 0) return { ok: false, faults };

  const bounds = {
    ...(startAt === undefined ? {} : { startAt }),
    ...(endAt === undefined ? {} : { endAt }),
    ...(maxRuns === undefined ? {} : { maxRuns }),
    ...(spreadMs === undefined ? {} : { spreadMs }),
  };
  if (input.interval !== undefined && everyMs !== undefined) {
    const mode = input.intervalMode ?? 'fixed_rate';
    return { ok: true, value: { kind: 'interval', interval: input.interval, everyMs, mode, ...bounds } };
  }
  if (cron !== undefined) return checkedLocal({ kind: 'cron', cron, timezone, ...bounds });
  if (rrule !== undefined) return checkedLocal({ kind: 'rrule', rrule, timezone, ...bounds });
  if (runAt !== undefined) return { ok: true, value: { kind: 'run_at', runAt } };
  const { after } = input;
  if (after !== undefined) {
    const { startAt: _start, spreadMs: _spread, ...ends } = bounds;
    return { ok: true, value: { kind: 'after', job: after.job, on: after.on ?? 'succeeded', ...ends } };
  }
  return { ok: true, value: { kind: 'on_demand' } };
}

const KINDS = [
  'interval',
  'cron',
  'rrule',
  'runAt',
  'onDemand',
  'after',
] as const satisfies readonly (keyof ScheduleInput)[];
type Kind = (typeof KINDS)[number];
const WITH_SLOTS = ['interval', 'cron', 'rrule'] as const;

const COMPANIONS: readonly { readonly field: keyof ScheduleInput; readonly goesWith: readonly Kind[] }[] = [
  { field: 'intervalMode', goesWith: ['interval'] },
  { field: 'timezone', goesWith: ['cron', 'rrule'] },
  { field: 'startAt', goesWith: WITH_SLOTS },
  { field: 'endAt', goesWith: [...WITH_SLOTS, 'after'] },
  { field: 'maxRuns', goesWith: [...WITH_SLOTS, 'after'] },
  { field: 'spread', goesWith: WITH_SLOTS },
];

/** The faults of fields together: no kind or several kinds, and fields that the kind does not allow. */
function fieldFaults(input: ScheduleInput): Fault[] {
  const given = KINDS.filter((kind) =>
    kind === 'onDemand' ? input.onDemand === true : input[kind] !== undefined,
  );
  if (given.length === 0) {
    const detail = 'a schedule is missing: give one of interval, cron, rrule, runAt, onDemand: true or after';
    return [{ pointer: '', detail }];
  }
  const detail = `give exactly one kind of schedule, not ${given.join(' and ')}`;
  const several = given.length > 1 ? given.map((kind) => ({ pointer: `/${kind}`, detail })) : [];
  const alone = COMPANIONS.filter(
    ({ field, goesWith }) => input[field] !== undefined && !goesWith.some((kind) => given.includes(kind)),
  ).map(({ field, goesWith }) => ({
    pointer: `/${field}`,
    detail: `only goes with ${listed(goesWith)}`,
  }));
  return [...several, ...alone];
}

function listed(names: readonly string[]): string {
  return names.join(', ').replace(/, (\w+)$/, ' or $1');
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

/**
 * P34, spread: a longer one than the interval would spread no better, and a fixed delay has no slots to
 * spread.
 */
function readSpread(
  { spread, intervalMode }: ScheduleInput,
  everyMs: number | undefined,
  note: (detail: string) => void,
): number | undefined {
  if (spread === undefined) return undefined;
  const most = Math.min(everyMs ?? LONGEST_SPREAD_MS, LONGEST_SPREAD_MS);
  const ms = parseWholeMs(spread);
  if (!ms.ok) note(ms.detail);
  else if (intervalMode === 'fixed_delay')
    note('does not go with "intervalMode": "fixed_delay", which has no slots to spread. Leave spread out');
  else if (ms.value < 1 || ms.value > most) {
    const bound = everyMs === most ? `the interval, such as ${formatDuration(most)}` : '24h, such as 10m';
    note(`must be more than 0 and at most ${bound}; got ${shownValue(spread)}`);
  } else return ms.value;
  return undefined;
}

function checkedLocal(schedule: LocalSchedule): ParsedSchedule {
  const { endAt, ...endless } = schedule;
  const name = schedule.kind === 'cron' ? 'the cron expression' : 'the rule';
  const first = nextSlot(endless, 0, -1);
  if (first === undefined) {
    const detail = `must be earlier: ${name} has no slot at or after this time`;
    return { ok: false, faults: [{ pointer: '/startAt', detail }] };
  }
  if (endAt === undefined || first <= endAt) return { ok: true, value: schedule };
  const detail = `must be at or after the first slot of ${name}, such as ${timeOf(first)}; got ${timeOf(endAt)}`;
  return { ok: false, faults: [{ pointer: '/endAt', detail }] };
}

function timeOf(instant: number): string {
  return new Date(instant).toISOString();
}
