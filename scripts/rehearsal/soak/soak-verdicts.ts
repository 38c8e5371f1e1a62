import { percentile } from '../../../bench/support/measure.ts';
import { type Verdict, verdict } from '../overload/verdict.ts';
import type { ClientRecord } from './clients.ts';
import type { Fault } from './faults.ts';
import { brokenRuns, brokenSlots, isInside, latenessOf, type Window } from './history-rules.ts';
import type { Arrivals } from './receiver.ts';
import type { History } from './run-history.ts';
import type { Sample } from './samples.ts';
import { type Bound, isFlat, type Point, trendOf } from './series.ts';
import { PLACES } from './site.ts';
import { attemptsOf, type GridJob } from './soak-jobs.ts';

/** What a soak saw. */
export interface SoakResult {
  readonly store: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly warmUpMs: number;
  readonly samples: readonly Sample[];
  readonly faults: readonly (Fault & Window)[];
  readonly jobs: readonly GridJob[];
  readonly history: History;
  readonly arrivals: ReadonlyMap<string, Arrivals>;
  readonly record: ClientRecord;
  /** What the database itself shows as broken. */
  readonly invariants: readonly string[];
  readonly nodes: number;
}

/** By how much each series may rise between the warm-up and the end. */
const FLAT: Readonly<Record<string, Bound>> = {
  'RSS, MiB': { absolute: 20, share: 0.1 },
  'heap used, MiB': { absolute: 8, share: 0.1 },
  'external, MiB': { absolute: 8, share: 0.1 },
  handles: { absolute: 10, share: 0 },
  descriptors: { absolute: 10, share: 0 },
  threads: { absolute: 1, share: 0 },
  connections: { absolute: 2, share: 0 },
  'rows of runs': { absolute: 100, share: 0.05 },
  'write-ahead log, MiB': { absolute: 4, share: 0.1 },
  'app.db, MiB': { absolute: 0.2, share: 0 },
  'late p50, ms': { absolute: 50, share: 0.25 },
};
/** Each row that the server keeps on purpose takes no more than this, with its indexes. */
const KEPT_ROW_MIB = 2 / 1_024;
const DATABASE: Bound = { absolute: 1, share: 0.1 };
const LATE_P99_MS = 2_500;
const BUSY_SHARE = 0.6;
/** A run starts up to this long before the fault that interrupts it. */
const BEFORE_MS = 5_000;
/** The end of a lease, and the handlers that continue. */
const AFTER_MS = 30_000;
const INTERRUPTS: readonly Fault['name'][] = [
  'kill',
  'deploy',
  'freeze',
  'connections cut',
  'database restart',
  'database crash',
];
const SHOWN = 3;

export function judgeSoak(result: SoakResult): readonly Verdict[] {
  return [...judgeSeries(result), ...judgeLoad(result), ...judgeRuns(result)];
}

function judgeSeries(result: SoakResult): readonly Verdict[] {
  const verdicts = Object.entries(FLAT).flatMap(([name, bound]) => {
    const points = pointsOf(result, name);
    if (points.length === 0) return [];
    const trend = trendOf(points);
    return [verdict(`${name} is flat`, isFlat(trend, bound), risen(trend))];
  });
  const kept = trendOf(pointsOf(result, 'rows kept'));
  const size = trendOf(pointsOf(result, 'database, MiB'));
  const bound = { ...DATABASE, absolute: DATABASE.absolute + Math.max(kept.rise, 0) * KEPT_ROW_MIB };
  const text = 'the database grows only by the rows that the server keeps on purpose';
  return [
    ...verdicts,
    verdict(text, isFlat(size, bound), `${risen(size)}, with ${Math.round(kept.rise)} such rows`),
  ];
}

const risen = ({ rise, median }: { readonly rise: number; readonly median: number }): string =>
  `it rose by ${rise.toFixed(1)}, with a median of ${median.toFixed(1)}`;

/** The points of a series after the warm-up. */
export function pointsOf(result: SoakResult, name: string): readonly Point[] {
  const from = result.startedAt + result.warmUpMs;
  return allPointsOf(result, name).filter(({ at }) => at >= from);
}

export function allPointsOf(result: SoakResult, name: string): readonly Point[] {
  if (name.startsWith('late ')) return latenessPoints(result, name === 'late p50, ms' ? 0.5 : 0.99);
  return result.samples.flatMap(({ at, pid, values }) => {
    const value = values[name];
    return value === undefined ? [] : [{ at, value, life: PER_PROCESS.has(name) ? pid : 0 }];
  });
}

const PER_PROCESS = new Set([
  'RSS, MiB',
  'heap used, MiB',
  'external, MiB',
  'handles',
  'descriptors',
  'threads',
]);
const BIN_MS = 30_000;

function latenessPoints(result: SoakResult, share: number): readonly Point[] {
  const bins = Map.groupBy(latenessSeen(result), ({ at }) => Math.floor(at / BIN_MS));
  return [...bins]
    .map(([bin, late]) => ({
      at: bin * BIN_MS,
      value: percentile(
        late.map(({ ms }) => ms),
        share,
      ),
      life: 0,
    }))
    .sort((a, b) => a.at - b.at);
}

/** Outside of the faults: from each to 10 s after it. */
function latenessSeen({ history, faults }: SoakResult) {
  const windows = faults.map(({ from, to }) => ({ from: from - 1_000, to: to + 10_000 }));
  return [...history.values()].flatMap((runs) => latenessOf(runs.values(), windows));
}

function judgeLoad(result: SoakResult): readonly Verdict[] {
  const late = latenessSeen(result).map(({ ms }) => ms);
  const p99 = percentile(late, 0.99);
  const busy = (trendOf(pointsOf(result, 'busy places')).median * result.nodes) / PLACES;
  const windows = result.faults.map(({ from, to }) => ({ from: from - BEFORE_MS, to: to + AFTER_MS }));
  const errors = result.record.errors.filter(({ at }) => !isInside(windows, at));
  return [
    verdict(
      `outside of faults, 99 % of ${late.length} slots start within ${LATE_P99_MS} ms`,
      p99 <= LATE_P99_MS,
      `${Math.round(p99)} ms`,
    ),
    verdict(
      `at least ${BUSY_SHARE * 100} % of the places are busy`,
      busy >= BUSY_SHARE,
      `${Math.round(busy * 100)} %`,
    ),
    verdict(
      'outside of faults, each request gets the answer that the client expects',
      errors.length === 0,
      errors
        .slice(0, SHOWN)
        .map(({ what }) => what)
        .join('; '),
    ),
  ];
}

/** A receiver that fails or hangs again and again may refuse all attempts of a run. */
function isLost(key: string, seen: Arrivals | undefined): boolean {
  return seen === undefined || (seen.succeeded === 0 && seen.at.length < attemptsOf(key));
}

function judgeRuns(result: SoakResult): readonly Verdict[] {
  const { history, jobs, arrivals, record, invariants } = result;
  const windows = result.faults
    .filter(({ name }) => INTERRUPTS.includes(name))
    .map(({ from, to }) => ({ from: from - BEFORE_MS, to: to + AFTER_MS }));
  const slots = jobs.flatMap(({ id, everyMs }) => brokenSlots(id, history.get(id)?.values() ?? [], everyMs));
  const runs = [...history.values()].flatMap((seen) => brokenRuns(seen.values(), arrivals, windows));
  const lost = [...record.acknowledged].filter(([key, id]) => isLost(key, arrivals.get(id)));
  const listed = (found: readonly string[]) => `${found.length}: ${found.slice(0, SHOWN).join('; ')}`;
  return [
    verdict('each slot has one row', slots.length === 0, listed(slots)),
    verdict('no run is doubled, and none succeeds without work', runs.length === 0, listed(runs)),
    verdict(
      `each of ${record.acknowledged.size} acknowledged runs succeeds, or uses all of its attempts`,
      lost.length === 0,
      listed(lost.map(([key, id]) => `${key} (run ${id})`)),
    ),
    verdict('a key never gets a second run', record.twice.length === 0, listed(record.twice)),
    verdict('the database breaks no invariant', invariants.length === 0, listed(invariants)),
  ];
}
