import type { ClaimResult, SettleInput } from '../../../core/store/store-passes.ts';

/** More claims than a node holds. */
const MAX_KNOWN = 20_000;

export type KnownClaims = ReturnType<typeof createKnownClaims>;

/**
 * The claims that this process made and has not settled: which jobs they are of need not be read again.
 * Nothing is believed of them without a look at their fences.
 */
export function createKnownClaims() {
  /** By fence, which no other claim has. */
  const jobUids = new Map<number, number>();
  return {
    /** Once its transaction is committed. */
    remember({ runs, jobs }: ClaimResult): void {
      if (jobUids.size > MAX_KNOWN) jobUids.clear();
      const uids = jobs.map(({ uid }) => Number(uid));
      for (const { id, job, fence } of runs) {
        const uid = uids[job];
        if (uid === undefined) throw new Error(`claimed run ${id} without its job`);
        jobUids.set(fence, uid);
      }
    },
    /** The uid of the job that a claim is of. */
    jobOf: (fence: number) => jobUids.get(fence),
    forget(batch: readonly Pick<SettleInput, 'fence'>[]): void {
      for (const { fence } of batch) jobUids.delete(fence);
    },
  };
}
