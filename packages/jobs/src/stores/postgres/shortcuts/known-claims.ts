import type { ClaimResult, SettleInput } from '../../../core/store/store-passes.ts';

/** More claims than a node can have. */
const MAX_KNOWN = 20_000;

export interface KnownClaim {
  readonly jobUid: number;
  /** When the run was due. */
  readonly dueAt: number;
}

/**
 * The jobs of this process's unsettled claims, so that a settlement need not read them. The settlement still
 * checks the fence of each claim.
 */
export class KnownClaims {
  /** By fence, which is unique. */
  readonly #claims = new Map<number, KnownClaim>();

  /** Call it after the transaction of the claims is committed. */
  remember({ runs, jobs }: ClaimResult): void {
    if (this.#claims.size > MAX_KNOWN) this.#claims.clear();
    const uids = jobs.map(({ uid }) => Number(uid));
    for (const { id, job, fence, availableAt } of runs) {
      const uid = uids[job];
      if (uid === undefined) throw new Error(`claimed run ${id} without its job`);
      this.#claims.set(fence, { jobUid: uid, dueAt: availableAt });
    }
  }

  find(fence: number): KnownClaim | undefined {
    return this.#claims.get(fence);
  }

  forget(batch: readonly Pick<SettleInput, 'fence'>[]): void {
    for (const { fence } of batch) this.#claims.delete(fence);
  }
}
