/** Finds the slots of a rule, forward and backward. Instants are ms since the epoch, from 1970 on. */
export interface SlotClock {
  /** The first slot later than `after`; none past the year 3000. */
  next(after: number): number | undefined;
  previous(before: number): number | undefined;
  /** Counts the slots later than `after`, up to and including `upTo`. Returns at most `most`. */
  count(after: number, upTo: number, most: number): number;
}

/** Caches the last gap between two slots, because every instant in a gap has the same next slot. */
export function cacheGap(next: SlotClock['next']): SlotClock['next'] {
  let from = 0;
  let to = 0;
  return (after) => {
    if (after >= from && after < to) return to;
    const slot = next(after);
    if (slot !== undefined) [from, to] = [after, slot];
    return slot;
  };
}
