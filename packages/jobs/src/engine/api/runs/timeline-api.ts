import type {
  RunTimeline,
  RunTimelineQuery,
  RunTimelineRow,
  TimelineRow,
} from '../../../core/timeline/run-timeline.ts';
import { timelineColumns } from '../../../core/timeline/timeline-columns.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { EngineError } from '../../ports/engine-port.ts';
import { parseInstant } from '../command-options.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_STEPS = 120;
const DEFAULT_ROWS = 20;
const LONGEST_MS = 90 * 24 * HOUR_MS;

/** The runs of a window, of the last hour unless the query says otherwise. */
export async function runTimeline(
  { store }: EngineParts,
  {
    by = 'job',
    from,
    to,
    steps = DEFAULT_STEPS,
    sort = 'failed',
    limit = DEFAULT_ROWS,
    ...which
  }: RunTimelineQuery = {},
): Promise<RunTimeline> {
  const now = store.now();
  const until = parseInstant(to, '/to') ?? now + 1;
  const since = parseInstant(from, '/from') ?? until - HOUR_MS;
  requireWindow(since, until);
  const window = { now, from: since, to: until, stepMs: Math.ceil((until - since) / steps), by };
  // A live run has not reached a window in the future.
  if (since > now) return { rows: [], rowCount: 0, ...window };
  const { rows, ...read } = await store.runTimeline({ ...which, ...window, sort, limit });
  return { ...read, ...window, rows: rows.map(withColumns) };
}

function withColumns({ spans, ...row }: TimelineRow): RunTimelineRow {
  return row.runs === undefined ? { ...row, columns: timelineColumns(spans) } : row;
}

function requireWindow(from: number, to: number): void {
  if (from >= to) throw invalid('must be before `to`');
  if (to - from > LONGEST_MS) throw invalid('must be at most 90 days before `to`');
}

function invalid(detail: string): EngineError {
  return new EngineError('invalid', 'The query of the timeline is not valid.', [
    { pointer: '/from', detail },
  ]);
}
