import type { LimitStore } from '../../../core/store/limit-store.ts';
import { regroupRuns, setTypeLimits } from '../../../core/transactions/limits/set-type-limits.ts';
import { READS, runRead } from '../postgres-reads.ts';
import { runIn } from '../tables/tables.ts';
import type { Parts } from './writes.ts';

/** The limits of types. Their transactions run beside the passes, and wait for none. */
export function createLimits({ db, writes, shared, now }: Parts): LimitStore {
  return {
    async setTypeLimits(offered) {
      const isRegrouping = await writes.beside((u) => runIn(u, setTypeLimits(offered)));
      await writes.tracked(() => shared.limits.load(db));
      return isRegrouping;
    },
    async regroupRuns(after) {
      const next = await writes.beside((u) => runIn(u, regroupRuns(after)));
      if (next === undefined) await writes.tracked(() => shared.limits.load(db));
      return next;
    },
    limitWaits: (types) =>
      writes.tracked(() => db.snapshot((q) => runRead(q, READS.limitWaits(types, now())))),
  };
}
