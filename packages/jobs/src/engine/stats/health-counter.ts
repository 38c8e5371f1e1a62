import type { Clock } from '../../core/clock.ts';
import { emptyHealthCounts, HEALTH_STATUSES } from '../../core/rules/health.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { HealthCounts } from '../../core/store/store-views.ts';
import type { Node } from '../nodes/node.ts';

const EVERY_MS = 15_000;
/** Counting takes at most one part in this many of the time: it takes long where there are very many jobs. */
const SHARE = 20;
/** Longest wait of a caller for new counts, if there are older ones (ms). */
const PATIENCE_MS = 500;

interface Counted {
  readonly counts: HealthCounts;
  readonly goodUntil: number;
}

export interface HealthCounterDeps {
  readonly store: Pick<JobStore, 'countHealth'>;
  readonly clock: Clock;
  readonly node: Pick<Node, 'liveTypes'>;
  /** Counts only jobs whose id begins with this. */
  readonly idPrefix?: string;
}

/** Counts jobs by health on demand, at most every {@link EVERY_MS}; slow counts answer with older ones. */
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

  /** Returns the old counts if the new ones take long; the counting continues. */
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
    const { store, clock, node, idPrefix } = this.#with;
    const begunAt = clock.monotonic();
    const counts = emptyHealthCounts();
    const handlers = node.liveTypes;
    let after: string | undefined;
    do {
      const part = await store.countHealth({ handlers, idPrefix, ...(after === undefined ? {} : { after }) });
      for (const health of HEALTH_STATUSES) counts[health] += part.counts[health];
      after = part.next;
    } while (after !== undefined);
    const endedAt = clock.monotonic();
    this.#counted = { counts, goodUntil: begunAt + Math.max(EVERY_MS, (endedAt - begunAt) * SHARE) };
    return counts;
  }
}
