import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import { rowOf } from './first-column.ts';

/** The columns of `pause_of_all` that vary, in the order of {@link pauseOfAllParams}. */
export const PAUSE_OF_ALL_COLUMNS = 'at, reason, paused_by, until, ended_at';

/** Sets them to the values that the statement would insert. */
export const REPLACE_PAUSE_OF_ALL = PAUSE_OF_ALL_COLUMNS.split(', ')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

type Row = [at: number, reason: string | null, by: string | null, until: number | null, ended: number | null];

export function pauseOfAllParams({ at, reason, by, until, endedAt }: PauseOfAll): Row {
  return [at, reason ?? null, by ?? null, until ?? null, endedAt ?? null];
}

/** Reads the first row, as an array of the columns. Undefined if there is none. */
export function pauseOfAllIn([row]: readonly unknown[]): PauseOfAll | undefined {
  if (row === undefined) return undefined;
  const [at, reason, by, until, endedAt] = rowOf<Row>(row);
  return {
    at,
    ...(reason === null ? {} : { reason }),
    ...(by === null ? {} : { by }),
    ...(until === null ? {} : { until }),
    ...(endedAt === null ? {} : { endedAt }),
  };
}
