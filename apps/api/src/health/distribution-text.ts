/** A histogram as its counts stand, for each value of one label. */
export interface HistogramMetric {
  readonly name: string;
  readonly help: string;
  /** The label, whose values need no escapes: names of letters, digits and `_`. */
  readonly label: string;
  readonly series: readonly HistogramSeries[];
}

export interface HistogramSeries {
  readonly value: string;
  /** Upper bounds in seconds, rising. */
  readonly bounds: readonly number[];
  /** How many lie in each, not in those before; at the end those above all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export interface QuantilesMetric {
  readonly name: string;
  readonly help: string;
  /** Each share, and what so many values were no larger than. */
  readonly quantiles: readonly (readonly [share: number, value: number])[];
}

/** Quantiles over a while, as a summary is written. One of `prom-client` has to be told each value, too. */
export function quantilesText({ name, help, quantiles }: QuantilesMetric): string {
  const lines = quantiles.map(([share, value]) => `${name}{quantile="${share}"} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} summary`, ...lines, ''].join('\n');
}

/**
 * In the text format of Prometheus, which counts in each bucket all that is below its bound. Of our own,
 * since a histogram of `prom-client` has to be told each value, one by one, as it happens.
 */
export function histogramText({ name, help, label, series }: HistogramMetric): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const { value, bounds, counts, sum } of series) {
    let below = 0;
    for (const [n, count] of counts.entries()) {
      below += count;
      lines.push(`${name}_bucket{${label}="${value}",le="${bounds[n] ?? '+Inf'}"} ${below}`);
    }
    lines.push(`${name}_sum{${label}="${value}"} ${sum}`, `${name}_count{${label}="${value}"} ${below}`);
  }
  return `${lines.join('\n')}\n`;
}
