import rrulePackage from 'rrule';
import type { SlotClock } from '../../../src/core/schedule/clocks/slot-clock.ts';
import { rruleClock, rruleFault, rruleWall, sameRrule } from '../../../src/core/schedule/rrule/rrule.ts';
import { type RuleText, readRule, WEEKDAYS } from '../../../src/core/schedule/rrule/rule-text.ts';
import { isTimezone } from '../../../src/core/time/timezone.ts';
import { check, checkAdvice, checkSame, inTime } from '../oracle.ts';
import { instantIn, linesOf } from '../text-input.ts';

const { RRule } = rrulePackage;
const FREQUENCIES = {
  YEARLY: RRule.YEARLY,
  MONTHLY: RRule.MONTHLY,
  WEEKLY: RRule.WEEKLY,
  DAILY: RRule.DAILY,
};
/** The library searches day by day, so slots that are further apart would take it seconds. */
const LONGEST_COMPARED_MS = 3 * 366 * 86_400_000;
const SLOTS = 4;

/** Four lines: a rule, a time zone, its start or nothing, an instant. The library `rrule` finds the same slots. */
export function fuzz(bytes: Uint8Array): void {
  const [rrule = '', zone = '', start = '', at = ''] = linesOf(bytes);
  const timezone = isTimezone(zone) ? zone : 'UTC';
  const startAt = start === '' ? undefined : Math.floor(instantIn(start) / 1_000) * 1_000;
  const rule = { rrule, timezone, startAt };
  const fault = inTime(() => rruleFault(rule));
  if (fault !== undefined) return checkAdvice(fault);
  check(
    sameRrule(
      rrule,
      ` RRULE:${rrule
        .replace(/^\s*RRULE:/i, '')
        .split(';')
        .toReversed()
        .join(' ; ')}`,
    ),
    'the order of the parts makes another rule',
  );
  const after = Math.max(instantIn(at), startAt ?? 0);
  checkClock(
    inTime(() => rruleClock(rule)),
    after,
  );
  const read = readRule(rrule);
  if (read.ok && startAt !== undefined && read.rule.positions === undefined && !mixesDays(read.rule))
    checkWithLibrary(read.rule, rrule, startAt);
}

/** `MO,3SU` is each Monday and the third Sunday. The library finds only days that are both. */
function mixesDays({ weekdays = [] }: RuleText): boolean {
  const counted = weekdays.filter(({ nth }) => nth !== undefined).length;
  return counted > 0 && counted < weekdays.length;
}

function checkClock(clock: SlotClock, after: number): void {
  const slots: number[] = [];
  for (
    let slot = inTime(() => clock.next(after));
    slot !== undefined && slots.length < SLOTS;
    slot = inTime(() => clock.next(Number(slots.at(-1))))
  )
    slots.push(slot);
  const [first] = slots;
  const last = slots.at(-1);
  if (first === undefined || last === undefined) return;
  check(
    first > after && slots.every((slot, n) => n === 0 || slot > Number(slots[n - 1])),
    () => `slots are not in order: ${slots.join(', ')}`,
  );
  checkSame(
    inTime(() => clock.count(after, last, 100)),
    slots.length,
    'the count of the slots',
  );
  const back: number[] = [];
  for (
    let slot = inTime(() => clock.previous(last + 1));
    slot !== undefined && slot > after;
    slot = inTime(() => clock.previous(Number(back[0])))
  )
    back.unshift(slot);
  checkSame(back, slots, 'the slots backward');
}

function checkWithLibrary(rule: RuleText, rrule: string, startAt: number): void {
  const clock = rruleWall({ rrule, timezone: 'UTC', startAt });
  const slots: number[] = [];
  for (
    let slot = clock.next(startAt - 1);
    slot !== undefined && slots.length < SLOTS;
    slot = clock.next(slot)
  )
    slots.push(slot);
  const last = slots.at(-1) ?? startAt;
  if (last - startAt > LONGEST_COMPARED_MS) return;
  const library = new RRule(optionsOf(rule, startAt));
  const expected = library.between(new Date(startAt), new Date(last), true).map((date) => date.getTime());
  checkSame(
    slots,
    expected.sort((a, b) => a - b),
    `the slots of ${rrule} from ${new Date(startAt).toISOString()}`,
  );
}

function optionsOf(rule: RuleText, startAt: number): ConstructorParameters<typeof RRule>[0] {
  const list = (values: readonly number[] | undefined) => (values === undefined ? null : [...values]);
  const days = WEEKDAYS.map((_, day) => new rrulePackage.Weekday(day));
  return {
    dtstart: new Date(startAt),
    freq: FREQUENCIES[rule.freq],
    interval: rule.interval,
    wkst: rule.weekStart,
    byweekday:
      rule.weekdays?.flatMap(({ weekday, nth }) =>
        nth === undefined ? (days[weekday] ?? []) : (days[weekday]?.nth(nth) ?? []),
      ) ?? null,
    bymonth: list(rule.months),
    bymonthday: list(rule.monthDays),
    byyearday: list(rule.yearDays),
    byhour: list(rule.hours),
    byminute: list(rule.minutes),
    bysecond: list(rule.seconds),
  };
}
