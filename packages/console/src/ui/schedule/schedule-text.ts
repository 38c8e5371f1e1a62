import type { Job } from '@greenvue/jobs/client';
import cronstrue from 'cronstrue';
import { goDurationMs } from './go-duration.ts';
import { rruleText } from './rrule-text.ts';

/** The fields of a job that say when it runs. */
export type ScheduleFields = Pick<
  Job,
  | 'interval'
  | 'interval_mode'
  | 'cron'
  | 'rrule'
  | 'timezone'
  | 'run_at'
  | 'on_demand'
  | 'after'
  | 'start_at'
  | 'end_at'
  | 'max_runs'
  | 'spread'
>;

/** The reader of a schedule: the current time and the time zone. */
export interface Viewer {
  /** The server's time, in ms. */
  readonly now: number;
  /** An IANA name; the browser's time zone if left out. */
  readonly timeZone?: string;
}

/**
 * When a job runs, in words: "Every 5 minutes", "At 08:30, Monday through Friday (Europe/Berlin)", "Once, on
 * 31 Jan 2026, 09:00". Names a first slot in the future, the spread and the end. Instants use the viewer's
 * zone, cron and rrule the job's.
 */
export function scheduleText(job: ScheduleFields, viewer: Viewer): string {
  if (job.on_demand) return 'Manual only';
  if (job.run_at !== null) return `Once, on ${instantText(job.run_at, viewer)}`;
  if (job.cron !== null) {
    return `${cronText(job.cron) ?? `Cron ${job.cron}`} (${job.timezone ?? 'UTC'})${boundsText(job, viewer)}`;
  }
  // An older server does not send it.
  if (job.rrule != null) {
    const words = rruleText({ ...job, rrule: job.rrule }) ?? `Rule ${job.rrule}`;
    return `${words} (${job.timezone ?? 'UTC'})${boundsText(job, viewer)}`;
  }
  // An older server does not know the field.
  if (job.after != null) return `${afterText(job.after)}${boundsText(job, viewer)}`;
  if (job.interval === null) return 'No schedule';
  return `${intervalText(job.interval, job.interval_mode)}${boundsText(job, viewer)}`;
}

function afterText({ job, on }: NonNullable<Job['after']>): string {
  const ends = { succeeded: 'success', failed: 'failure', finished: 'end' } as const;
  return `After each ${ends[on]} of ${job}`;
}

/** The end of a run that a job follows: "a run of import succeeds". */
export function endText({ job, on }: NonNullable<Job['after']>): string {
  const ends = { succeeded: 'succeeds', failed: 'fails', finished: 'succeeds or fails' } as const;
  return `a run of ${job} ${ends[on]}`;
}

/** A cron expression in words, without its time zone; undefined if the library has no words for it. */
export function cronText(cron: string): string | undefined {
  const both = / \+\S+$/.test(cron.trimEnd());
  const fields = portable(cron).split(/\s+/);
  if (fields.length < 5) return undefined;
  const weekday = fields.length - 1;
  const day = weekday - 2;
  if (both || fields[day] === '*' || fields[weekday] === '*') return wordsOf(fields, both);
  // Without a plus, a date matches either day field: cronstrue words two such fields as if both had to match.
  const byDay = wordsOf(fields.with(weekday, '*'), false);
  const byWeekday = wordsOf(fields.with(day, '*'), false);
  return byDay === undefined || byWeekday === undefined ? undefined : either(byDay, byWeekday);
}

function wordsOf(fields: readonly string[], both: boolean): string | undefined {
  try {
    return cronstrue.toString(fields.join(' '), {
      use24HourTimeFormat: true,
      logicalAndDayFields: both,
      throwExceptionOnParseError: true,
    });
  } catch {
    return undefined;
  }
}

/** "At 09:00, on day 1 of the month" and "At 09:00, only on Monday" as one text with "or". */
function either(one: string, other: string): string {
  const a = one.split(', ');
  const b = other.split(', ');
  let start = 0;
  while (start < a.length - 1 && start < b.length - 1 && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start - 1 && end < b.length - start - 1 && a.at(-1 - end) === b.at(-1 - end))
    end += 1;
  const middle = (parts: readonly string[]) => parts.slice(start, parts.length - end).join(', ');
  const ways = `${middle(a)} or ${middle(b).replace(/^(?:and|only) /, '')}`;
  return [...a.slice(0, start), ways, ...a.slice(a.length - end)].join(', ');
}

/**
 * Rewrites a cron expression for cronstrue. That library reads `?` as a sign of a year field, writes the last
 * Friday as `FRIL`, and does not know `+` for "both days must match".
 */
function portable(cron: string): string {
  return cron
    .trim()
    .toUpperCase()
    .replaceAll('?', '*')
    .replaceAll('#L', 'L')
    .replace(/ \+(?=\S+$)/, ' ');
}

function intervalText(interval: string, mode: Job['interval_mode']): string {
  const ms = goDurationMs(interval.replace(/^\+/, ''));
  const length = ms === undefined || ms <= 0 ? interval : spanText(ms);
  if (mode === 'fixed_delay') return `${length.replace(/^(?=\D)/, '1 ')} after each run ends`;
  return `Every ${length}`;
}

const UNITS = [
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
] as const;

/** "5 minutes", "1 hour 30 minutes", "2 days"; a single unit has no number: "hour". */
function spanText(ms: number): string {
  // A day is 24 hours here: an interval does not follow the clock when that is set forward or back.
  if (ms >= 172_800_000 && ms % 86_400_000 === 0) return counted(ms / 86_400_000, 'day');
  const parts: string[] = [];
  let rest = ms;
  for (const { name, ms: unitMs } of UNITS) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) parts.push(counted(count, name));
  }
  if (rest > 0) parts.push(counted(rest / 1_000, 'second'));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only.replace(/^1 /, '') : parts.join(' ');
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function boundsText({ start_at, end_at, max_runs, spread }: ScheduleFields, viewer: Viewer): string {
  const isToCome = start_at !== null && Date.parse(start_at) > viewer.now;
  const parts = [
    isToCome ? `from ${instantText(start_at, viewer)}` : '',
    spread === null ? '' : `spread over ${spanOf(spread)}`,
    end_at === null ? '' : `until ${instantText(end_at, viewer)}`,
    max_runs === null ? '' : `at most ${counted(max_runs, 'run')}`,
  ];
  return parts.map((part) => (part === '' ? '' : `, ${part}`)).join('');
}

function spanOf(duration: string): string {
  const ms = goDurationMs(duration);
  return ms === undefined || ms <= 0 ? duration : spanText(ms).replace(/^(?=\D)/, '1 ');
}

function instantText(iso: string, { timeZone }: Viewer): string {
  return new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(iso));
}
