import { Summary, type SummaryConfiguration } from 'prom-client';
import type { Sample } from '../metrics/figure.ts';

/** A summary whose quantiles the engine computes: prom-client's own needs each single value. */
export class KnownQuantiles extends Summary<'quantile'> {
  readonly #read: () => Promise<readonly Sample[]>;

  constructor(config: SummaryConfiguration<'quantile'>, read: () => Promise<readonly Sample[]>) {
    super(config);
    this.#read = read;
  }

  override async get() {
    const values = await this.#read();
    return { ...(await super.get()), values: [...values] };
  }
}
