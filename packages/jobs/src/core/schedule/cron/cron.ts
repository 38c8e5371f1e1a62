import { createMemo } from '../../memo.ts';
import type { SlotClock } from '../clocks/slot-clock.ts';
import { createZoneClock } from '../clocks/zone-clock.ts';
import { wallPattern } from './wall-pattern.ts';

/** The clock of a valid expression and time zone. Caches the last 100 clocks, about 80 KB each. */
export function cronClock(cron: string, timezone: string): SlotClock {
  return clocks(`${timezone} ${cron}`);
}

const clocks = createMemo(100, (key) => {
  const space = key.indexOf(' ');
  const cron = key.slice(space + 1);
  return createZoneClock(wallPattern(cron), { timezone: key.slice(0, space), fixedTime: isFixedTime(cron) });
});

/** No `*` or `/` in second, minute and hour. */
function isFixedTime(cron: string): boolean {
  return !/[*?/]/.test(cronFields(cron).slice(0, -3).join(' '));
}

const FIELDS = [
  { name: 'second', range: '0-59' },
  { name: 'minute', range: '0-59' },
  { name: 'hour', range: '0-23' },
  { name: 'day-of-month', range: '1-31 or L' },
  { name: 'month', range: '1-12 or JAN-DEC' },
  { name: 'day-of-week', range: '0-7 or SUN-SAT' },
];

/** The error message for a cron expression; `undefined` if the expression is valid. */
export function cronFault(cron: string): string | undefined {
  if (cron.trimStart().startsWith('@')) {
    return 'must have five fields: write "0 0 * * *" instead of @daily, and "0 * * * *" instead of @hourly';
  }
  const fields = cronFields(cron);
  if (fields.length !== 5 && fields.length !== 6) {
    return `must have five fields (minute hour day-of-month month day-of-week) or six (second first), not ${fields.length}. For a single run, use runAt`;
  }
  // Each field is tried alone, since the parser's own words don't always name the right one.
  const named = FIELDS.slice(-fields.length);
  for (const [index, { name, range }] of named.entries()) {
    const alone = named.map((_, at) => (at === index ? (fields[at] ?? '') : '*')).join(' ');
    if (!parses(alone)) {
      return `the ${name} field is not valid: ${range}, as a value, a list (1,5), a range (1-5), * or a step (*/5, 1-5/2)`;
    }
  }
  return cronClock(cron, 'UTC').next(0) === undefined
    ? 'never occurs: no date matches all its fields'
    : undefined;
}

/** The fields of a cron expression, seconds first when given; blanks and case make no difference. */
export function cronFields(cron: string): readonly string[] {
  return cron
    .toUpperCase()
    .split(/\s+/)
    .filter((field) => field !== '');
}

function parses(cron: string): boolean {
  // A colon would make it a date to the parser.
  if (cron.includes(':')) return false;
  try {
    wallPattern(cron);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
