import type { Report } from './round.ts';

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** One line of the report. */
export function lineOf({ fault, before, recovery, runs, notes, violations, tookMs }: Report): string {
  const { throughputMs, restartsMs } = recovery;
  const restarts =
    restartsMs.length === 0
      ? []
      : [`${restartsMs.length} interrupted runs began elsewhere after ${spread(restartsMs)}`];
  const parts = [
    `${before.toFixed(0)} runs/s before`,
    `back to 95 % after ${throughputMs === undefined ? 'more than 60 s' : seconds(throughputMs)}`,
    ...restarts,
    ...notes,
    `${runs} runs verified`,
    violations.length === 0 ? 'all holds' : `${violations.length} VIOLATIONS`,
  ];
  return `${fault.name} (${seconds(tookMs)}): ${parts.join('; ')}`;
}

/** The summary as Markdown for docs/measurements. */
export function summaryOf(reports: readonly Report[], rounds: number, tookMs: number): string {
  const byFault = Map.groupBy(reports, ({ fault }) => fault);
  const runs = reports.reduce((sum, report) => sum + report.runs, 0);
  const wrong = reports.reduce((sum, { violations }) => sum + violations.length, 0);
  const rows = [...byFault].map(([fault, of]) => {
    const back = of.flatMap(({ recovery }) => recovery.throughputMs ?? []);
    const restarts = of.flatMap(({ recovery }) => recovery.restartsMs);
    return `| ${[fault.title, of.length, spread(back), restarts.length, spread(restarts), of.reduce((sum, { violations }) => sum + violations.length, 0)].join(' | ')} |`;
  });
  return [
    `${(tookMs / 60_000).toFixed(0)} minutes, ${rounds} whole rounds, ${reports.length} faults, ${runs} runs verified, ${wrong} violations.`,
    '',
    '| fault | times | throughput back after | interrupted runs | began elsewhere after | violations |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    'Times: median (longest).',
    '',
    ...aims(reports),
  ].join('\n');
}

/** Each aim and whether it was met. */
function aims(reports: readonly Report[]): string[] {
  const restartsAfter = (isMeant: (name: string) => boolean) =>
    reports.filter(({ fault }) => isMeant(fault.name)).flatMap(({ recovery }) => recovery.restartsMs);
  const back = reports.flatMap(({ recovery }) => recovery.throughputMs ?? Number.POSITIVE_INFINITY);
  const slow = back.filter((ms) => ms > 5_000).length;
  return [
    `- after SIGKILL the interrupted runs began elsewhere within 2 s (median): ${spread(restartsAfter((name) => name === 'kill'))}`,
    `- after a partition never later than the lease of 15 s: ${spread(restartsAfter((name) => name.includes('cut')))}`,
    `- throughput back to 95 % within 5 s: ${back.length - slow} of ${back.length} times; longest ${seconds(Math.max(...back))}`,
  ];
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const longest = sorted.at(-1);
  if (median === undefined || longest === undefined) return '-';
  return `${seconds(median)} (${seconds(longest)})`;
}
