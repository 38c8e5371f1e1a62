import type { ClaimResult } from '../../core/store/store-passes.ts';

/** The slots that this node has claimed before runs that were due earlier, until they end. */
export class PriorityClaims {
  readonly #fences = new Set<number>();
  #isLast = false;

  get size(): number {
    return this.#fences.size;
  }

  /** Whether the last run that was claimed is one of them. */
  get isLast(): boolean {
    return this.#isLast;
  }

  claimed({ runs }: ClaimResult): void {
    for (const { fence, hasPriority = false } of runs) {
      if (hasPriority) this.#fences.add(fence);
      this.#isLast = hasPriority;
    }
  }

  /** A claim has ended, whether it is one of them or not. */
  ended(fence: number): void {
    this.#fences.delete(fence);
  }
}
