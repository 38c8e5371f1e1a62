import type { Action, Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

export interface Shrunk {
  readonly scenario: Scenario;
  /** The numbers of the actions that are left. */
  readonly kept: readonly number[];
}

/**
 * Leaves out actions of a scenario for as long as it violates the same promise (delta debugging): halves
 * first, then quarters, down to single ones.
 */
export async function shrink(scenario: Scenario, promise: string): Promise<Shrunk> {
  const stillFails = async (kept: readonly number[]) => {
    const { violation } = await simulate(withOnly(scenario, kept));
    return violation?.promise === promise;
  };
  let kept: readonly number[] = scenario.actions.map((_, n) => n);
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await stillFails(fewer)) kept = fewer;
      else from += size;
    }
  }
  return { scenario: withOnly(scenario, kept), kept };
}

export function withOnly(scenario: Scenario, numbers: readonly number[]): Scenario {
  return {
    ...scenario,
    actions: numbers.flatMap((n): readonly Action[] => scenario.actions.slice(n, n + 1)),
  };
}
