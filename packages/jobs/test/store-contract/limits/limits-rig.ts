import type { JobDefinition } from '../../../src/core/model/job.ts';
import type { TypeVersions } from '../../../src/core/nodes/membership.ts';
import type { RegroupHow } from '../../../src/core/store/limit-store.ts';
import type { TypeLimits } from '../../../src/core/type-limits/type-limits.ts';
import { type MakeStore, ON_DEMAND, required, SUCCEEDED, TYPES, useStore } from '../rig.ts';

/** {@link useStore}, with the calls that tests of limits need. Jobs are of the type `noop`. */
export function useLimits(makeStore: MakeStore) {
  const t = useStore(makeStore);
  const regroup = async (how?: RegroupHow) => {
    for (let after: number | undefined = 0; after !== undefined; )
      after = await t.store.regroupRuns(after, how);
  };
  const trigger = async (id: string, payload?: object) => {
    const own = payload === undefined ? {} : { payload: JSON.stringify(payload) };
    return required((await t.done(id, { kind: 'trigger', ...own })).queued.at(-1)).id;
  };
  return {
    t,
    regroup,
    /** Sets the limits, and moves live runs to their groups. */
    async limit(limits: TypeLimits, version = 1) {
      const done = await t.store.setTypeLimits([{ type: 'noop', version, limits }]);
      if (done.length > 0) await regroup({ done });
    },
    job: (id: string, more: Partial<JobDefinition> = {}) =>
      t.create(id, { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 10, ...more }),
    trigger,
    /** The runs that claims take until nothing is due any more. */
    async claimAll(places = 100, prefetch = 0) {
      const runs = [];
      for (let n = 0; n < 20; n += 1) {
        const claimed = await t.claim(places - runs.length, prefetch);
        runs.push(...claimed.runs);
        if (runs.length >= places || claimed.nextDueAt === undefined || claimed.nextDueAt > t.clock.now())
          return { runs, ids: runs.map(({ id }) => id), nextDueAt: claimed.nextDueAt };
      }
      throw new Error('the claims do not end');
    },
    /** Claims for one place, each time after the earlier run has ended. Returns the ids of the runs. */
    async claimOneByOne(claims: number, everyMs: number, types: TypeVersions = TYPES) {
      const ids: string[] = [];
      for (let n = 0; n < claims; n += 1) {
        const { runs } = await t.store.claim({ node: 'node-1', types, places: 1, prefetch: 0 });
        ids.push(...runs.map(({ id }) => id));
        await t.settleAll(runs);
        t.clock.advance(everyMs);
      }
      return ids;
    },
    settle: (run: Parameters<typeof t.settle>[0] | undefined, outcome = SUCCEEDED) =>
      t.settle(required(run), outcome),
  };
}
