import { clockText } from '../../../ui/clock/time-text.ts';
import type { Zone } from '../../../ui/clock/zone.tsx';
import { durationText } from '../../../ui/schedule/duration.ts';
import { dayLabel, type HeatCell } from './heat-cells.ts';

const HOUR_MS = 3_600_000;

/** "Tue 2 Dec, 00:00 to 01:00" */
export function hourText(at: number, hours: number, zone: Zone): string {
  return `${dayLabel(at, zone)}, ${clockText(at, zone)} to ${clockText(at + hours * HOUR_MS, zone)}`;
}

/** "1 run", "1,200 runs" */
export function runsText(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'run' : 'runs'}`;
}

/** An hour in a sentence. */
export function cellText(cell: HeatCell, zone: Zone): string {
  const { at, hours, runs, busyMs, pausedRuns, quietAt, hasClash } = cell;
  return [
    `${hourText(at, hours, zone)}: ${runsText(runs)}`,
    ...(busyMs === 0 ? [] : [`they usually take ${durationText(busyMs)} together`]),
    ...(hasClash ? ['many begin in the same minute'] : []),
    ...(pausedRuns === 0 ? [] : [`paused jobs would add ${runsText(pausedRuns)}`]),
    ...(runs === 0 ? [] : [`quietest minute ${clockText(Date.parse(quietAt), zone)}`]),
  ].join('; ');
}
