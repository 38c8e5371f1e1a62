import type { PruneResult, Retention } from '../../core/store.ts';
import type { Writer } from './writer.ts';

export function prune(_w: Writer, _retention: Retention, _now: number): PruneResult {
  return { removed: 0, more: false };
}
