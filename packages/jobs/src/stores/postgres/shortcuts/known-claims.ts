import type { ClaimResult, SettleInput } from '../../../core/store/store-passes.ts';

/** More claims than a node can have. */
const MAX_KNOWN = 20_000;

/**
 * The jobs of this process's unsettled claims, so that a settlement need not read them. The settlement still
 * checks the fence of each claim.
 */
export class KnownClaims {
  /** By fence, which is unique. */
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
