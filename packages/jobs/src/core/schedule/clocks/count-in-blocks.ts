import type { SlotClock } from './slot-clock.ts';

/** All days with slots have the same number of slots. So do all hours with slots, and all such minutes. */
const BLOCKS_MS = [86_400_000, 3_600_000, 60_000];

/**
 * Counts the slots of a pattern that has the same times on each of its days. It searches one whole day, hour
 * and minute, and reuses their counts.
 */
export function countInBlocks(next: (after: number) => number | undefined): SlotClock['count'] {
  const inBlock: (number | undefined)[] = [];
  const count = (after: number, upTo: number, most: number, level = 0): number => {
    const size = BLOCKS_MS[level];
    let counted = 0;
    for (let slot = next(after); slot !== undefined && slot <= upTo && counted < most; ) {
      let end = slot;
      if (size === undefined) counted += 1;
      else {
        const start = Math.floor(slot / size) * size;
        end = Math.min(start + size - 1, upTo);
        if (after < start && end === start + size - 1) {
          inBlock[level] ??= count(start - 1, end, Number.POSITIVE_INFINITY, level + 1);
          counted += inBlock[level];
        } else counted += count(after, end, most - counted, level + 1);
      }
      after = end;
      slot = next(after);
    }
    return Math.min(counted, most);
  };
  return (after, upTo, most) => count(after, upTo, most);
}
