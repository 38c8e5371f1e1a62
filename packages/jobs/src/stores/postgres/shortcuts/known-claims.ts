import type { ClaimResult, SettleInput } from '../../../core/store/store-passes.ts';

/** More claims than a node holds. */
const MAX_KNOWN = 20_000;

/**
 * The jobs of the claims that this process made and has not settled, so that a settlement need not read them.
 * A settlement still checks the fence of each claim.
 */
export class KnownClaims {
  /** By fence, which no other claim has. */
  readonly #jobUids = new Map<number, number>();

  /** Call it after the transaction of the claims is committed. */
  remember({ runs, jobs }: ClaimResult): void {
    if (this.#jobUids.size > MAX_KNOWN) this.#jobUids.clear();
    const uids = jobs.map(({ uid }) => Number(uid));
    for (const { id, job, fence } of runs) {
      const uid = uids[job];
      if (uid === undefined) throw new Error(`claimed run ${id} without its job`);
      this.#jobUids.set(fence, uid);
    }
  }

  jobOf(fence: number): number | undefined {
    return this.#jobUids.get(fence);
  }

  forget(batch: readonly Pick<SettleInput, 'fence'>[]): void {
    for (const { fence } of batch) this.#jobUids.delete(fence);
  }
}
