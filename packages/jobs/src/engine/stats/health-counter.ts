import type { Clock } from '../../core/clock.ts';
import { emptyHealthCounts, HEALTH_STATUSES } from '../../core/health.ts';
import type { TypeVersions } from '../../core/membership.ts';
import type { JobStore } from '../../core/store.ts';
import type { HealthCounts } from '../../core/store-views.ts';

const EVERY_MS = 15_000;
/** Counting may take one part in so many of the time: of very many jobs it takes long. */
const SHARE = 20;
/** Who asks waits for new counts no longer than this, if there are older ones. */
const PATIENCE_MS = 500;

interface Counted {
  readonly counts: HealthCounts;
  readonly goodUntil: number;
}

export interface HealthCounterDeps {
  readonly store: Pick<JobStore, 'countHealth'>;
  readonly clock: Clock;
  /** What living nodes can run. */
  handlers(): TypeVersions;
}

/**
 * How many jobs have which health: counted when somebody asks, and now and then only, however often that is.
 * Where counting takes long, the counts before are told meanwhile.
 */
export class HealthCounter {
  readonly #with: HealthCounterDeps;
  #counted: Counted | undefined;
  #counting: Promise<HealthCounts> | undefined;

  constructor(deps: HealthCounterDeps) {
    this.#with = deps;
  }

  async read(): Promise<HealthCounts> {
    const counted = this.#counted;
    if (counted !== undefined && this.#with.clock.monotonic() < counted.goodUntil) return counted.counts;
    this.#counting ??= this.#count().finally(() => {
      this.#counting = undefined;
    });
    return counted === undefined ? this.#counting : this.#orElse(this.#counting, counted);
  }

  /** The old ones, if the new ones take long; they go on being counted. */
  async #orElse(counting: Promise<HealthCounts>, { counts }: Counted): Promise<HealthCounts> {
    const late = Promise.withResolvers<HealthCounts>();
    const cancel = this.#with.clock.setTimer(PATIENCE_MS, () => late.resolve(counts));
    try {
      return await Promise.race([counting, late.promise]);
    } finally {
      cancel();
    }
  }

  async #count(): Promise<HealthCounts> {
    const { store, clock, handlers } = this.#with;
    const begunAt = clock.monotonic();
    const counts = emptyHealthCounts();
    const known = handlers();
    let after: string | undefined;
    do {
      const part = await store.countHealth({ handlers: known, ...(after === undefined ? {} : { after }) });
      for (const health of HEALTH_STATUSES) counts[health] += part.counts[health];
      after = part.next;
    } while (after !== undefined);
    const endedAt = clock.monotonic();
    this.#counted = { counts, goodUntil: begunAt + Math.max(EVERY_MS, (endedAt - begunAt) * SHARE) };
    return counts;
  }
}
