import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { count } from '../../../bench/support/measure.ts';
import { say } from '../node.ts';
import { plotOf } from './plot.ts';
import { trendOf } from './series.ts';
import { allPointsOf, judgeSoak, pointsOf, type SoakResult } from './soak-verdicts.ts';

const SERIES = [
  'RSS, MiB',
  'heap used, MiB',
  'external, MiB',
  'handles',
  'descriptors',
  'threads',
  'event streams',
  'busy places',
  'connections',
  'database, MiB',
  'write-ahead log, MiB',
  'app.db, MiB',
  'rows of runs',
  'rows kept',
  'late p50, ms',
  'late p99, ms',
];
const PLOTTED: Readonly<Record<string, readonly string[]>> = {
  memory: ['RSS, MiB', 'heap used, MiB', 'external, MiB', 'descriptors', 'handles', 'threads'],
  data: ['database, MiB', 'write-ahead log, MiB', 'rows of runs', 'rows kept', 'connections'],
  work: ['busy places', 'event streams', 'late p50, ms', 'late p99, ms'],
};

/** Prints the figures of a soak and its verdicts. Returns whether all are met. */
export function reportSoak(result: SoakResult): boolean {
  const { store, record, faults, arrivals, startedAt, endedAt, samples } = result;
  const minutes = (endedAt - startedAt) / 60_000;
  say(`\n${store}: ${minutes.toFixed(1)} minutes, warm-up ${(result.warmUpMs / 60_000).toFixed(1)}`);
  say(`  ${count(record.requests)} requests, ${record.errors.length} failed`);
  say(`  ${count(arrivals.size)} runs arrived, ${count(record.acknowledged.size)} of them with keys`);
  say(`  faults: ${listed(faults.map(({ name }) => name))}`);
  const [first, last] = [samples.find(isOfLastLife), samples.at(-1)];
  const cpu = (last?.values['CPU, s'] ?? 0) - (first?.values['CPU, s'] ?? 0);
  const share = (100_000 * cpu) / ((last?.at ?? 0) - (first?.at ?? 0));
  say(`  the node uses ${Math.round(share)} % of a core`);
  say('  series: median, rise after the warm-up');
  for (const name of SERIES) {
    const trend = trendOf(pointsOf(result, name));
    if (trend.points > 0) say(`    ${name}: ${trend.median.toFixed(1)}, ${trend.rise.toFixed(2)}`);
  }
  const verdicts = judgeSoak(result);
  for (const { text, isMet } of verdicts) say(`  ${isMet ? 'pass' : 'FAIL'}  ${text}`);
  return verdicts.every(({ isMet }) => isMet);

  function isOfLastLife({ pid, values }: (typeof samples)[number]): boolean {
    return pid === samples.at(-1)?.pid && values['CPU, s'] !== undefined;
  }
}

function listed(names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => name);
  return [...groups].map(([name, all]) => `${all.length} x ${name}`).join(', ');
}

/** Writes the plots of a soak, and returns their files. */
export async function writePlots(result: SoakResult, folder: string): Promise<readonly string[]> {
  const { startedAt, endedAt, store } = result;
  const minuteOf = (at: number) => (at - startedAt) / 60_000;
  const files: string[] = [];
  for (const [name, series] of Object.entries(PLOTTED)) {
    const lines = series
      .map((label) => ({ label, points: allPointsOf(result, label) }))
      .filter(({ points }) => points.length > 0)
      .map(({ label, points }) => ({
        label,
        points: points.map(({ at, value }) => ({ at: Math.max(minuteOf(at), 0), value })),
      }));
    const title = `Soak on ${store}: ${name}`;
    const faults = result.faults.map(({ from }) => minuteOf(from));
    const file = join(folder, `soak-${store}-${name}.svg`);
    await writeFile(file, plotOf({ title, lines, minutes: minuteOf(endedAt), faults }));
    files.push(file);
  }
  return files;
}
