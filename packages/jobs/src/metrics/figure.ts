import type { Reading } from './read-figures.ts';

/**
 * A number about jobs and runs, with one sample for each combination of its labels. A `gauge` describes the
 * database, so every node reports the same value, or a state of a node. A `sum` and a `counter` describe one
 * node and add up. `quantiles` have a label `quantile`.
 */
export interface Figure {
  /** In OpenTelemetry's form, without a namespace. */
  readonly name: string;
  readonly help: string;
  readonly kind: 'gauge' | 'quantiles' | 'sum' | 'counter';
  /** A unit of UCUM. */
  readonly unit: string;
  readonly labels: readonly string[];
  /** No samples: unknown now, because the database is unavailable. */
  read(reading: Reading): readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
