import type { RunQuery } from '../../../core/store/store-views.ts';
import { LONGEST_LOOK_BACK_MS } from '../../../core/timeline/run-timeline.ts';
import type { Bind } from '../dialect.ts';
import type { Kind } from './run-views.ts';

type Times = Pick<RunQuery, 'time' | 'from' | 'to'>;
type Table = Pick<Kind, 'table'>;

/** The time in which the runs were queued that a range of another time finds: indexes are in this order. */
export function queuedRange(
  { table }: Table,
  { time = 'queued', from, to }: Times,
): Pick<RunQuery, 'from' | 'to'> {
  // No run starts or ends before it is queued.
  if (from === undefined || time === 'queued') return { from, to };
  return { from: time === 'ran' && table === 'runs' ? from - LONGEST_LOOK_BACK_MS : undefined, to };
}

/** Conditions on when runs were running, or ended. */
export function timeConditions({ table }: Table, { time, from, to }: Times, bind: Bind): readonly string[] {
  if (time === undefined || time === 'queued') return [];
  if (table === 'live_runs') {
    if (time === 'ended') return ['1 = 0'];
    return [to === undefined ? 'started_at IS NOT NULL' : `started_at < ${bind(to)}`];
  }
  const begin = time === 'ran' ? 'coalesce(started_at, finished_at)' : 'finished_at';
  return [
    ...(from === undefined ? [] : [`finished_at >= ${bind(from)}`]),
    ...(to === undefined ? [] : [`${begin} < ${bind(to)}`]),
  ];
}
