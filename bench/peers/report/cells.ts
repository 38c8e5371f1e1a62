import type { Contestant, WorkloadName } from '../contestant.ts';
import type { Column, Workload } from '../workload.ts';
import { requireWorkload } from '../workloads.ts';
import type { Results } from './results.ts';
import { type Ratio, type Summary, shareOf, summaryOf, summaryText, timesOf } from './summary.ts';

export function cellsOf(
  results: Results,
  workload: Workload,
  contestant: Contestant,
  ratios: readonly Contestant[],
): readonly string[] {
  const label = contestant.role === 'ours' ? `**${contestant.label}**` : contestant.label;
  const [first] = workload.columns;
  const value = summaryOf(results, workload, contestant, first);
  if (value === undefined) {
    return [
      label,
      whyNot(results, workload, contestant),
      ...workload.columns.slice(1).map(() => ''),
      ...ratios.map(() => ''),
    ];
  }
  return [
    label,
    ...workload.columns.map((column) => figureText(summaryOf(results, workload, contestant, column), column)),
    ...shareTexts(results, workload, contestant),
    ...ratios.map((ours) => timesText(results, workload, ours, contestant)),
  ];
}

function figureText(summary: Summary | undefined, { unit }: Column): string {
  return summary === undefined ? '' : summaryText(summary, unit);
}

function shareTexts(results: Results, workload: Workload, contestant: Contestant): readonly string[] {
  if (workload.shareOf === undefined) return [];
  const part = { workload: requireWorkload(workload.shareOf), contestant };
  return [ratioText(shareOf(results, part, { workload, contestant }))];
}

export function timesText(results: Results, workload: Workload, ours: Contestant, other: Contestant): string {
  const times = timesOf(results, { workload, contestant: ours }, { workload, contestant: other });
  const isCapped = summaryOf(results, workload, other, workload.columns[0])?.isCapped === true;
  return ratioText(times, isCapped);
}

/** `isCapped`: the peer's true value may be larger, so the ratio is a minimum. */
function ratioText(ratio: Ratio | undefined, isCapped = false): string {
  if (ratio === undefined) return '';
  const { value, least, most, isOfRounds } = ratio;
  const [from, text, to] = [least, value, most].map(timesAsText);
  if (isCapped) return `over ${text}`;
  return `${isOfRounds ? '' : '~'}${value >= MOST_TIMES ? 'over ' : ''}${text}${from === to ? '' : ` (${from} to ${to})`}`;
}

/** Larger ratios are shown as this one. */
const MOST_TIMES = 1_000;

const timesAsText = (value: number): string =>
  value >= MOST_TIMES ? '1,000' : value.toFixed(value < 10 ? 2 : 0);

function whyNot(results: Results, { name }: Workload, contestant: Contestant): string {
  const cannot = contestant.cannot[name] ?? results.lacking[contestant.name];
  if (cannot !== undefined) return `not measured: ${cannot}`;
  const failures = results.measurements.flatMap((one) =>
    one.workload === name && one.contestant === contestant.name ? (one.failure ?? []) : [],
  );
  return failures.length > 0 ? `failed: ${failures[0]}` : 'not measured';
}

export function notesOf(
  results: Results,
  { name }: Workload,
  shown: readonly Contestant[],
): readonly string[] {
  const notes = shown.flatMap((contestant) =>
    [contestant.notes[name], failuresText(results, name, contestant)].flatMap((note) =>
      note === undefined ? [] : `- ${contestant.label}: ${note}.`,
    ),
  );
  return notes.length === 0 ? [] : [notes.join('\n')];
}

function failuresText(
  { measurements }: Results,
  name: WorkloadName,
  contestant: Contestant,
): string | undefined {
  const all = measurements.filter((one) => one.workload === name && one.contestant === contestant.name);
  const failures = all.flatMap(({ failure }) => failure ?? []);
  if (failures.length === 0) return undefined;
  return `${failures.length} of ${all.length} rounds failed (${failures[0]})`;
}
