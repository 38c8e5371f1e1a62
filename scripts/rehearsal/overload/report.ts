import { count, ms } from '../../../bench/support/measure.ts';
import { say } from '../node.ts';
import type { PhaseResult } from './phase.ts';
import { judgeAnswers, judgeFigures } from './verdicts.ts';

/** Prints the figures of a phase and its verdicts. Returns whether it met every aim. */
export function report(phase: PhaseResult): boolean {
  const { load, probes, backMs } = phase;
  say(`\n${phase.name}`);
  const { gaveUp, timedOut, broken, waiting } = load.unanswered;
  say(`  offered ${count(load.offered)}, answers ${listed(load.statuses)}`);
  say(
    `  no free client ${count(gaveUp)}, timed out ${count(timedOut)}, closed ${count(broken)}, streams that wait ${count(waiting)}`,
  );
  for (const probe of probes) {
    const times = `p50 ${ms(probe.p50)}, p99 ${ms(probe.p99)}, longest ${ms(probe.longest)}`;
    say(`  probe ${probe.name}: ${times}; ${listed(probe.statuses)}`);
  }
  say(
    `  at most RSS ${Math.round(phase.mostRssMiB)} MiB, heap ${Math.round(phase.mostHeapMiB)} MiB, ${phase.mostDescriptors} descriptors`,
  );
  say(`  claims throttled in ${Math.round(phase.throttledShare * 100)} % of the samples`);
  say(`  back after ${backMs === undefined ? 'more than 60 s' : `${(backMs / 1_000).toFixed(1)} s`}`);
  for (const line of phase.extra.lines) say(`  ${line}`);
  const verdicts = [...judgeAnswers(phase), ...judgeFigures(phase), ...phase.extra.verdicts];
  for (const { text, isMet } of verdicts) say(`  ${isMet ? 'pass' : 'FAIL'}  ${text}`);
  return verdicts.every(({ isMet }) => isMet);
}

function listed(statuses: Readonly<Record<string, number>>): string {
  const parts = Object.entries(statuses).map(([status, times]) => `${count(times)} x ${status}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}
