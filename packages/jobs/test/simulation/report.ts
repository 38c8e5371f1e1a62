import type { Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

export interface ReportOptions {
  readonly steps: number | undefined;
  /** The numbers of the actions that the scenario has left. */
  readonly keep: readonly number[] | undefined;
}

const LINES = 60;

/** Describes a scenario that fails: the promise, the smallest trace, and the commands that replay both. */
export async function report(scenario: Scenario, { steps, keep }: ReportOptions): Promise<string> {
  const first = await simulate(scenario, { keepsTrace: true });
  if (first.violation === undefined) return `Seed ${scenario.seed} violates no promise when it is replayed.`;
  const { promise, what } = first.violation;
  const { scenario: small, kept } = await shrink(scenario, promise);
  const smallest = await simulate(small, { keepsTrace: true });
  const all = keep ?? scenario.actions.map((_, n) => n);
  const numbers = kept.map((n) => all[n]).join(',');
  const command = `npm run simulate -- --seed ${scenario.seed}${steps === undefined ? '' : ` --steps ${steps}`}`;
  return [
    `Seed ${scenario.seed} violates ${promise}: ${what}`,
    `  replay: ${command}`,
    `  smallest, ${kept.length} of ${scenario.actions.length} actions: ${command} --keep ${numbers}`,
    `  ${smallest.violation?.what}`,
    ...small.actions.map(({ at, deed }) => `  ${(at / 1_000).toFixed(3)}s ${JSON.stringify(deed)}`),
    `  the last ${Math.min(LINES, smallest.trace.length)} lines of ${smallest.trace.length}:`,
    ...smallest.trace.slice(-LINES).map((line) => `  ${line.slice(0, 240)}`),
    '',
  ].join('\n');
}
