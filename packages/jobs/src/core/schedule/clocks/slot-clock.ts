/** A rule for slots, as a search in both directions. Instants are ms since the epoch, from 1970 on. */
export interface SlotClock {
  /** The first slot later than `after`; none past the year 3000. */
  next(after: number): number | undefined;
  previous(before: number): number | undefined;
  /** How many slots are later than `after` and not later than `upTo`; `most` for more than that. */
  count(after: number, upTo: number, most: number): number;
}

/** Every instant between two slots has the same next one: the last gap answers most questions. */
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
