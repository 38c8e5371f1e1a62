import type { WriteRecord } from './write-log.ts';

/** What the engine has told as durable. The order of the facts is that of the writes. */
export type Fact =
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'settled'; readonly id: string; readonly status: string }
  | { readonly kind: 'job'; readonly id: string; readonly version: number }
  | { readonly kind: 'deleted'; readonly id: string }
  | { readonly kind: 'checkpoint'; readonly id: string; readonly at: number };

export const FACTS_FILE = 'told.facts';

export interface ToldFact {
  readonly index: number;
  readonly fact: Fact;
}

export function factsIn(records: readonly WriteRecord[]): readonly ToldFact[] {
  return records.flatMap(({ kind, name, data }, index) =>
    kind === 'written' && name === FACTS_FILE
      ? data
          .toString()
          .split('\n')
          .filter(Boolean)
          .map((line) => ({ index, fact: JSON.parse(line) as Fact }))
      : [],
  );
}
