import type { ReactNode } from 'react';
import { clockChange } from '../clock/offset.ts';
import { localZoneName } from '../clock/time-text.ts';
import classes from './instant.module.css';
import { Slot } from './instant.tsx';

interface SlotListProps {
  /** Earliest first. */
  readonly times: readonly string[];
  /** The zone of a cron expression; null for a schedule without one, which no clock moves. */
  readonly timeZone: string | null;
  /** Shown behind a time. */
  readonly beside?: ((at: string) => ReactNode) | undefined;
  readonly className?: string | undefined;
}

/** Future runs, each with weekday and offset, and a line where clocks are set forward or back before it. */
export function SlotList({ times, timeZone, beside, className }: SlotListProps) {
  const zone = timeZone ?? localZoneName();
  return (
    <ol className={className} aria-label="Next runs">
      {times.map((at, index) => {
        const before = times[index - 1];
        const change =
          before === undefined ? undefined : clockChange(Date.parse(before), Date.parse(at), zone);
        return (
          <li key={at}>
            <Slot at={at} /> {beside?.(at)}
            {change === undefined ? null : (
              <div className={classes.change}>
                Clocks in {zone} move from {change.from} to {change.to} before this run.
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
