import { median } from '../../support/measure.ts';
import type { Contestant } from '../contestant.ts';
import type { Column, Workload } from '../workload.ts';
import type { Results } from './results.ts';

/** The results of all rounds for one figure. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** The measurement stopped at its time limit, so the true value may be larger. */
  readonly isCapped: boolean;
}

/** Undefined if there is no such figure. */
export function summaryOf(
  results: Results,
  workload: Pick<Workload, 'name'>,
  contestant: Pick<Contestant, 'name'>,
  { figure, cap }: Pick<Column, 'figure' | 'cap'>,
): Summary | undefined {
  const measured = results.measurements.filter(
    (one) => one.workload === workload.name && one.contestant === contestant.name,
  );
  const values = measured.flatMap(({ figures }) => figures?.[figure] ?? []);
  if (values.length === 0) return undefined;
  const most = Math.max(...values);
  const limits = cap === undefined ? [] : measured.flatMap(({ figures }) => figures?.[cap] ?? []);
  return {
    median: median(values),
    least: Math.min(...values),
    most,
    isCapped: limits.some((limit) => median(values) >= limit),
  };
}

/** A contestant in a workload. */
interface Entry {
  readonly workload: Workload;
  readonly contestant: Pick<Contestant, 'name'>;
}

export interface Ratio {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** True: the median over common rounds. False: the ratio of two medians from different hours. */
  readonly isOfRounds: boolean;
}

/** How many times better the first is than the second. */
export function timesOf(results: Results, first: Entry, second: Entry): Ratio | undefined {
  return ratioOf(results, [first, second], (one, other) => timesAsGood(first.workload, one, other));
}

export function shareOf(results: Results, part: Entry, whole: Entry): Ratio | undefined {
  return ratioOf(results, [part, whole], (one, other) => one / other);
}

function ratioOf(
  results: Results,
  [first, second]: readonly [Entry, Entry],
  ratio: (first: number, second: number) => number,
): Ratio | undefined {
  const ones = roundsOf(results, first);
  const others = roundsOf(results, second);
  const inBoth = ones.flatMap(({ round, at, value }) => {
    const other = others.find((one) => one.round === round && Math.abs(one.at - at) < ONE_ROUND_MS);
    return other === undefined ? [] : ratio(value, other.value);
  });
  if (inBoth.length > 0)
    return {
      value: median(inBoth),
      least: Math.min(...inBoth),
      most: Math.max(...inBoth),
      isOfRounds: true,
    };
  if (ones.length === 0 || others.length === 0) return undefined;
  const medianOf = (rounds: readonly Round[]) => median(rounds.map(({ value }) => value));
  const value = ratio(medianOf(ones), medianOf(others));
  return { value, least: value, most: value, isOfRounds: false };
}

/** The first figure of one round. */
interface Round {
  readonly round: number;
  readonly at: number;
  readonly value: number;
}

/** Rounds added later may repeat a number. A round of a workload is shorter than this. */
const ONE_ROUND_MS = 3_600_000;

function roundsOf({ measurements }: Results, { workload, contestant }: Entry): readonly Round[] {
  const [{ figure }] = workload.columns;
  return measurements.flatMap(({ workload: name, contestant: of, round, at, figures }) => {
    const value = figures?.[figure];
    if (name !== workload.name || of !== contestant.name || value === undefined) return [];
    return [{ round, at: Date.parse(at), value }];
  });
}

/** How many times better the first value is than the second. */
export function timesAsGood({ better, columns }: Workload, first: number, second: number): number {
  const [good, bad] = better === 'more' ? [first, second] : [second, first];
  // Slots are whole milliseconds, so values below 0.5 ms are not compared.
  const least = columns[0].unit === 'ms' ? 0.5 : 0;
  return Math.max(good, least) / Math.max(bad, least);
}

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function valueText(value: number, unit: Column['unit']): string {
  switch (unit) {
    case 'each second':
    case 'number':
      return NUMBER.format(value);
    case 'ms':
      return `${short(value)} ms`;
    case 'seconds':
      return `${short(value)} s`;
    case 'share':
      return value.toFixed(2);
    default:
      return unit satisfies never;
  }
}

function short(value: number): string {
  const size = Math.abs(value);
  return size >= 100 ? NUMBER.format(value) : value.toFixed(size >= 10 ? 1 : 2);
}

export function summaryText({ median, least, most, isCapped }: Summary, unit: Column['unit']): string {
  if (isCapped) return `not within ${valueText(median, unit)}`;
  const text = valueText(median, unit);
  return least === most ? text : `${text} (${valueText(least, unit)} to ${valueText(most, unit)})`;
}
