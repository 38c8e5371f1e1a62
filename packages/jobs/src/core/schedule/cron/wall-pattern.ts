import { Cron } from 'croner';
import { countInBlocks } from '../clocks/count-in-blocks.ts';
import { cacheGap, type SlotClock } from '../clocks/slot-clock.ts';

/** Compiles an expression without a time zone. Local times count as UTC, because this search is cheaper. */
export function wallPattern(cron: string): SlotClock {
  const pattern = new Cron(cron, { utcOffset: 0, mode: '5-or-6-parts' });
  const next = cacheGap((after) => pattern.nextRun(new Date(after))?.getTime());
  return {
    next,
    previous: (before) => pattern.previousRuns(1, new Date(before))[0]?.getTime(),
    count: countInBlocks(next),
  };
}
