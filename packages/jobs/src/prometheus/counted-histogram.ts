import { Histogram, type HistogramConfiguration } from 'prom-client';
import type { HistogramCounts, TypeCounts } from '../engine/ports/engine-stats.ts';
import type { Distribution } from '../metrics/job-figures.ts';

type Values = Awaited<ReturnType<Histogram<'type' | 'le'>['get']>>['values'];

/** A histogram whose counts the engine keeps: prom-client's own needs each single value. */
export class CountedHistogram extends Histogram<'type' | 'le'> {
  /** Never has values: describes this histogram in prom-client's format. */
  readonly #empty: Histogram<'type' | 'le'>;
  readonly #name: string;
  readonly #read: () => Promise<readonly TypeCounts[]>;
  readonly #of: Distribution['of'];

  constructor(
    config: Pick<HistogramConfiguration<'type'>, 'name' | 'help' | 'registers'>,
    read: () => Promise<readonly TypeCounts[]>,
    of: Distribution['of'],
  ) {
    super({ ...config, labelNames: ['type'] });
    this.#empty = new Histogram({ ...config, labelNames: ['type'], registers: [] });
    this.#name = config.name;
    this.#read = read;
    this.#of = of;
  }

  override async get() {
    const types = await this.#read();
    const values = types.flatMap((counts) => valuesOf(this.#name, counts.type, counts[this.#of]));
    return { ...(await this.#empty.get()), values };
  }

  /** What a registry prints. */
  getForPromString() {
    return this.get();
  }
}

/** The series of one job type, whose buckets are cumulative. */
function valuesOf(name: string, type: string, { boundsMs, counts, sumMs }: HistogramCounts): Values {
  let count = 0;
  const buckets = counts.map((inBucket, n) => {
    count += inBucket;
    const boundMs = boundsMs[n];
    const le = boundMs === undefined ? '+Inf' : boundMs / 1_000;
    return { metricName: `${name}_bucket`, labels: { type, le }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { type }, value: sumMs / 1_000 },
    { metricName: `${name}_count`, labels: { type }, value: count },
  ];
}
