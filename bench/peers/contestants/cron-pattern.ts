import type { Recurring } from '../contestant.ts';

/** The pattern of six fields for a job's grid, for schedulers whose finest unit is a second. */
export function cronPatternOf({ everyMs, firstAt }: Recurring): string {
  const every = everyMs / 1_000;
  if (every >= 86_400) return '0 0 0 * * *';
  const first = firstSecondOf(firstAt) % every;
  const seconds = Array.from({ length: 60 / every }, (_, n) => first + n * every);
  return `${seconds.join(',')} * * * * *`;
}

/** The first slot of that pattern, as seconds since the epoch. */
export const firstSecondOf = (firstAt: number): number => Math.ceil(firstAt / 1_000);
