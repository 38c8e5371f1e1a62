import type { LimitStore } from '../../../core/store/limit-store.ts';
import { regroupRuns, setTypeLimits } from '../../../core/transactions/limits/set-type-limits.ts';
import { findLeftRuns } from '../limits/left-runs.ts';
import { READS, runRead } from '../postgres-reads.ts';
import { runIn } from '../tables/tables.ts';
import type { Parts } from './writes.ts';

/** The limits of types. Their transactions run beside the passes, and wait for none. */
export function createLimits({ db, writes, shared, now }: Parts): LimitStore {
  /** Of {@link LimitStore.findLeftRuns}. */
  let lookedUpTo: number | undefined;
  return {
    async setTypeLimits(offered) {
      const changed = await writes.beside((u) => runIn(u, setTypeLimits(offered)));
      await writes.tracked(() => shared.limits.load(db));
      return changed;
    },
    async regroupRuns(after, how) {
      const next = await writes.beside((u) => runIn(u, regroupRuns(after, how)));
      if (next === undefined) await writes.tracked(() => shared.limits.load(db));
      return next;
    },
    async findLeftRuns() {
      const { found, next } = await writes.besideBriefly((u) => findLeftRuns(u, lookedUpTo));
      lookedUpTo = next;
      return found;
    },
    limitWaits: (types) =>
      writes.tracked(() => db.snapshot((q) => runRead(q, READS.limitWaits(types, now())))),
  };
}
