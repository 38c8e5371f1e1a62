import { median } from '../measure.ts';
import type { Contestant } from './contestant.ts';
import type { Results } from './results.ts';
import type { Column, Workload } from './workload.ts';

/** What the rounds gave for one figure. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** As long as anybody waited: it may be more. */
  readonly isCapped: boolean;
}

/** Undefined: there is no such figure. */
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

/** How many times as good the first is as the second. */
export function timesAsGood({ better, columns }: Workload, first: Summary, second: Summary): number {
  const [good, bad] = better === 'more' ? [first, second] : [second, first];
  // Slots are whole milliseconds: below half of one there is nothing to compare.
  const least = columns[0].unit === 'ms' ? 0.5 : 0;
  return Math.max(good.median, least) / Math.max(bad.median, least);
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
