import type { Action, Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

export interface Shrunk {
  readonly scenario: Scenario;
  /** The numbers of the actions that are left. */
  readonly kept: readonly number[];
}

/** Leaves out actions of a scenario for as long as it violates the same promise. */
export async function shrink(scenario: Scenario, promise: string): Promise<Shrunk> {
  const all = scenario.actions.map((_, n) => n);
  const kept = await fewest(all, async (numbers) => {
    const { violation } = await simulate(withOnly(scenario, numbers));
    return violation?.promise === promise;
  });
  return { scenario: withOnly(scenario, kept), kept };
}

/** Delta debugging: leaves out halves first, then quarters, down to single items. */
export async function fewest<T>(
  items: readonly T[],
  stillFails: (fewer: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await stillFails(fewer)) kept = fewer;
      else from += size;
    }
  }
  return kept;
}

export function withOnly(scenario: Scenario, numbers: readonly number[]): Scenario {
  return {
    ...scenario,
    actions: numbers.flatMap((n): readonly Action[] => scenario.actions.slice(n, n + 1)),
  };
}
