import type { ClaimResult, SettleInput } from '../../core/store-passes.ts';

/** What of a claim never changes. */
export interface KnownClaim {
  readonly jobUid: number;
  readonly fence: number;
  readonly attempt: number;
}

/**
 * The claims that this process made and has not settled: what is known of them need not be read again. Nothing is believed of
 * them without a look at their fences.
 */
export interface KnownClaims {
  /** Once its transaction is committed. */
  remember(result: ClaimResult): void;
  of(input: Pick<SettleInput, 'runId' | 'fence'>): KnownClaim | undefined;
  forget(batch: readonly SettleInput[]): void;
}

/** More claims than a node holds. */
const MAX_KNOWN = 20_000;

export function createKnownClaims(): KnownClaims {
  const known = new Map<string, KnownClaim>();
  return {
    remember({ runs, jobs }) {
      if (known.size > MAX_KNOWN) known.clear();
      for (const { id, job, fence, attempt } of runs) {
        const uid = jobs[job]?.uid;
        if (uid === undefined) throw new Error(`claimed run ${id} without its job`);
        known.set(id, { jobUid: Number(uid), fence, attempt });
      }
    },
    of({ runId, fence }) {
      const claim = known.get(runId);
      return claim?.fence === fence ? claim : undefined;
    },
    forget(batch) {
      for (const { runId } of batch) known.delete(runId);
    },
  };
}
