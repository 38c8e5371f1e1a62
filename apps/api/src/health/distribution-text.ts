/** The counts of a histogram for each value of one label. */
export interface HistogramMetric {
  readonly name: string;
  readonly help: string;
  /** The label. Its values must have only letters, digits and `_`, because they are not escaped. */
  readonly label: string;
  readonly series: readonly HistogramSeries[];
}

export interface HistogramSeries {
  readonly value: string;
  /** Upper bounds in seconds, ascending. */
  readonly bounds: readonly number[];
  /** Number of values in each bucket, not cumulative; the last one counts those above all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export interface QuantilesMetric {
  readonly name: string;
  readonly help: string;
  /** Pairs of a share and the value that this share of all values does not exceed. */
  readonly quantiles: readonly (readonly [share: number, value: number])[];
}

/** Quantiles as a Prometheus summary. `prom-client` can't be used: its summary needs each single value. */
export function quantilesText({ name, help, quantiles }: QuantilesMetric): string {
  const lines = quantiles.map(([share, value]) => `${name}{quantile="${share}"} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} summary`, ...lines, ''].join('\n');
}

/**
 * A histogram in the text format of Prometheus, whose buckets are cumulative. `prom-client` can't be used:
 * its histogram needs each single value.
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
