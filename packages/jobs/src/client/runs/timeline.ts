import type { z } from 'zod';
import type { TimelineJson, timelineQuery } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';

/** What ran in a window of time: a row for each job or each node. */
export type RunTimeline = TimelineJson;
export type TimelineRow = RunTimeline['rows'][number];

/** The window and the rows of {@link getRunTimeline}; `from` and `to` are RFC 3339. */
export type RunTimelineQuery = Omit<z.input<typeof timelineQuery>, 'steps' | 'limit'> & {
  /** Into how many columns the window is divided, 1 to 500; default 120. */
  readonly steps?: number | undefined;
  /** Maximum number of rows, 1 to 100; default 20. */
  readonly limit?: number | undefined;
};

/** What ran, by job or by node; of the last hour unless the query says otherwise. */
export async function getRunTimeline(
  connection: Connection,
  query: RunTimelineQuery = {},
  call?: Call,
): Promise<RunTimeline> {
  return connection.ask({ path: '/run-timeline', query: { ...query } }, call);
}
