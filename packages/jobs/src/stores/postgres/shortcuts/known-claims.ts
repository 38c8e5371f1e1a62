import type { ClaimResult, SettleInput } from '../../../core/store/store-passes.ts';

/**
 * The claims that this process made and has not settled: which jobs they are of need not be read again.
 * Nothing is believed of them without a look at their fences.
 */
export interface KnownClaims {
  /** Once its transaction is committed. */
  remember(result: ClaimResult): void;
  /** The uid of the job that a claim is of. */
  jobOf(input: Pick<SettleInput, 'fence'>): number | undefined;
  forget(batch: readonly SettleInput[]): void;
}

/** More claims than a node holds. */
const MAX_KNOWN = 20_000;

export function createKnownClaims(): KnownClaims {
  /** By fence, which no other claim has. */
  const jobUids = new Map<number, number>();
  return {
    remember({ runs, jobs }) {
      if (jobUids.size > MAX_KNOWN) jobUids.clear();
      const uids = jobs.map(({ uid }) => Number(uid));
      for (const { id, job, fence } of runs) {
        const uid = uids[job];
        if (uid === undefined) throw new Error(`claimed run ${id} without its job`);
        jobUids.set(fence, uid);
      }
    },
    jobOf: ({ fence }) => jobUids.get(fence),
    forget(batch) {
      for (const { fence } of batch) jobUids.delete(fence);
    },
  };
}
