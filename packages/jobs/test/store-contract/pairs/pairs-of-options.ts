import type { JobDefinition } from '../../../src/core/model/job.ts';
import type { Bounds, Schedule } from '../../../src/core/schedule/schedule.ts';
import { definitionOf, every, MINUTE, ON_DEMAND, T0 } from '../rig.ts';

/** The calendar of the jobs, and its only window. */
export const CALENDAR = { id: 'c', window: { from: T0 + 25 * MINUTE, to: T0 + 48 * MINUTE } } as const;
/** The job that chains and gates follow. */
export const UPSTREAM = 'up';
export const WITHIN_MS = 30 * MINUTE;

const TEN = 10 * MINUTE;
const RRULE = 'FREQ=DAILY;BYHOUR=12,13,14,15,16;BYMINUTE=0,10,20,30,40,50';

/** A type with limits: each job of it has a value of its own. */
export const LIMITED = { type: 'limited', version: 1, limits: { running: 1, per: '/job' } } as const;

/** The values of each option, as parts of a definition. */
const OPTIONS = {
  schedule: {
    interval: (bounds: Bounds): Schedule => every(TEN, bounds),
    fixed_delay: (bounds: Bounds): Schedule => every(TEN, { mode: 'fixed_delay', ...bounds }),
    cron: (bounds: Bounds): Schedule => ({ kind: 'cron', cron: '*/10 * * * *', timezone: 'UTC', ...bounds }),
    rrule: (bounds: Bounds): Schedule => ({ kind: 'rrule', rrule: RRULE, timezone: 'UTC', ...bounds }),
    run_at: (): Schedule => ({ kind: 'run_at', runAt: T0 + 30 * MINUTE }),
    on_demand: (): Schedule => ON_DEMAND,
    after: (bounds: Bounds): Schedule => ({ kind: 'after', job: UPSTREAM, on: 'succeeded', ...bounds }),
  },
  bounds: {
    none: {},
    start_at: { startAt: T0 + 15 * MINUTE },
    end_at: { endAt: T0 + 125 * MINUTE },
    max_runs: { maxRuns: 4 },
  },
  spread: { none: {}, spread: { spreadMs: 4 * MINUTE } },
  calendar: {
    none: {},
    skip: { calendar: { id: CALENDAR.id, mode: 'skip' } },
    move: { calendar: { id: CALENDAR.id, mode: 'move' } },
  },
  gate: { none: {}, only_if: { onlyIf: { job: UPSTREAM, succeededWithinMs: WITHIN_MS } } },
  overlap: {
    skip: { overlap: 'skip' },
    queue: { overlap: 'queue' },
    allow: { overlap: 'allow' },
    cancel_previous: { overlap: 'cancel_previous' },
  },
  max_running: { none: {}, one: { maxRunning: 1 } },
  catch_up: { once: { catchUp: 'once' }, skip: { catchUp: 'skip' }, all: { catchUp: 'all' } },
  expiry: { none: {}, expire_after: { expireAfterMs: 3 * MINUTE } },
  limits: { none: {}, one: { type: LIMITED.type } },
  priority: { none: {}, high: { priority: 'high' }, low: { priority: 'low' } },
  attempts: { one: { maxAttempts: 1 }, two: { maxAttempts: 2 } },
} as const satisfies Record<string, Record<string, unknown>>;

type Options = typeof OPTIONS;
type OptionName = keyof Options;
/** The name of the value of each option. */
export type Choice = { readonly [Name in OptionName]: keyof Options[Name] };

const NAMES = Object.keys(OPTIONS) as OptionName[];
const valuesOf = (name: OptionName) => Object.keys(OPTIONS[name]);

/** The table "Which options a schedule may have" of docs/options-together.md. */
function isAllowed(choice: Partial<Choice>): boolean {
  const { schedule, bounds = 'none', spread = 'none', calendar = 'none', gate = 'none' } = choice;
  const { overlap = 'skip', catch_up: catchUp = 'once' } = choice;
  if (choice.max_running === 'one' && choice.overlap !== undefined && overlap !== 'allow') return false;
  if (catchUp === 'all' && choice.max_running === 'one') return false;
  if (catchUp === 'all' && overlap !== 'queue' && choice.overlap !== undefined) return false;
  if (schedule === undefined) return true;
  const isGrid = schedule === 'interval' || schedule === 'cron' || schedule === 'rrule';
  const repeats = isGrid || schedule === 'fixed_delay';
  return (
    (bounds === 'none' || repeats || (schedule === 'after' && bounds !== 'start_at')) &&
    (spread === 'none' || isGrid) &&
    (calendar === 'none' ||
      (schedule !== 'on_demand' && (calendar === 'move' || schedule !== 'fixed_delay'))) &&
    (gate === 'none' || schedule !== 'on_demand') &&
    (catchUp !== 'all' || isGrid) &&
    (overlap !== 'cancel_previous' || (schedule !== 'fixed_delay' && schedule !== 'run_at'))
  );
}

const pairKey = (a: OptionName, b: OptionName, choice: Partial<Choice>) =>
  `${a}=${choice[a]} ${b}=${choice[b]}`;

function pairsIn(choice: Partial<Choice>): readonly string[] {
  const set = NAMES.filter((name) => choice[name] !== undefined);
  return set.flatMap((a, n) => set.slice(n + 1).map((b) => pairKey(a, b, choice)));
}

/** Each pair of values that a job may have, in as few jobs as a greedy choice finds. */
export function choicesOfPairs(): readonly Choice[] {
  const starts = NAMES.flatMap((a, n) =>
    NAMES.slice(n + 1).flatMap((b) =>
      valuesOf(a).flatMap((one) => valuesOf(b).map((other) => ({ [a]: one, [b]: other }) as Partial<Choice>)),
    ),
  );
  const covered = new Set<string>();
  const choices: Choice[] = [];
  for (const start of starts) {
    if (!isAllowed(start) || pairsIn(start).every((pair) => covered.has(pair))) continue;
    const choice = NAMES.reduce((some, name) => (name in some ? some : withBest(some, name, covered)), start);
    for (const pair of pairsIn(choice)) covered.add(pair);
    choices.push(choice as Choice);
  }
  return choices;
}

/** With the value of one more option that makes the most new pairs. */
function withBest(some: Partial<Choice>, name: OptionName, covered: ReadonlySet<string>): Partial<Choice> {
  const news = (choice: Partial<Choice>) => pairsIn(choice).filter((pair) => !covered.has(pair)).length;
  return valuesOf(name)
    .map((value): Partial<Choice> => ({ ...some, [name]: value }))
    .filter(isAllowed)
    .reduce((best, next) => (news(next) > news(best) ? next : best));
}

export function definitionFor(id: string, choice: Choice): JobDefinition {
  const bounds: Bounds = { ...OPTIONS.bounds[choice.bounds], ...OPTIONS.spread[choice.spread] };
  return definitionOf(id, {
    name: JSON.stringify(choice),
    schedule: OPTIONS.schedule[choice.schedule](bounds),
    ...OPTIONS.calendar[choice.calendar],
    ...OPTIONS.gate[choice.gate],
    ...OPTIONS.overlap[choice.overlap],
    ...OPTIONS.max_running[choice.max_running],
    ...OPTIONS.catch_up[choice.catch_up],
    ...OPTIONS.expiry[choice.expiry],
    ...OPTIONS.limits[choice.limits],
    payload: JSON.stringify({ job: id }),
    ...OPTIONS.priority[choice.priority],
    ...OPTIONS.attempts[choice.attempts],
  });
}
