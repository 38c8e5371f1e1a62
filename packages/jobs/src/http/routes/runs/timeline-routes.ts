import { tagsOf } from '../../fields/tag.ts';
import { defineRoute } from '../../routing/route.ts';
import { problems, success } from '../../routing/route-docs.ts';
import { timelineJson, timelineQuery, timelineSchema } from '../../views/runs/timeline.ts';

const getRunTimeline = defineRoute({
  method: 'GET',
  path: '/run-timeline',
  need: 'read',
  doc: {
    operationId: 'getRunTimeline',
    summary: 'Read what ran, by job or by node',
    description:
      'The runs of a window of time, in a row for each job or each node. A row with up to 100 runs lists them; others say how many runs were running during each column. Reads a bounded number of runs, and says if that was not all.',
  },
  query: timelineQuery,
  responses: { 200: success(timelineSchema, 'The rows'), ...problems() },
  handle: async ({ query: { tag, sort, ...query }, url }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, async () =>
      timelineJson(
        await engine.runTimeline({
          ...query,
          tags: tagsOf(tag),
          sort: sort === '-runs' ? 'runs' : 'failed',
        }),
      ),
    ),
  }),
});

/** What ran. */
export const timelineRoutes = [getRunTimeline];
