import { encodeCursor } from '../../fields/cursor.ts';
import { instantJson } from '../../fields/instant.ts';
import { tagsOf } from '../../fields/tag.ts';
import { readCursor } from '../../routing/read-cursor.ts';
import { defineRoute } from '../../routing/route.ts';
import { problems, success } from '../../routing/route-docs.ts';
import { failureGroupJson, failuresQuery, failuresSchema } from '../../views/runs/failure.ts';

const listRunFailures = defineRoute({
  method: 'GET',
  path: '/run-failures',
  need: 'read',
  doc: {
    operationId: 'listRunFailures',
    summary: 'List failed runs by cause',
    description:
      'Groups failed runs by the fingerprint of their last error: name and code, message without numbers, ids and quoted values, and top frame. Each group has its count, jobs, types and a sample with its stack.',
  },
  query: failuresQuery,
  responses: { 200: success(failuresSchema, 'A page of groups'), ...problems() },
  handle: async ({ query, url }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, async () => {
      const { job_id: jobId, tag, sort, cursor, ...which } = query;
      const order = `failures ${sort}`;
      const { groups, next, groupCount, runCount, countedFrom } = await engine.listFailures({
        ...which,
        jobId,
        tags: tagsOf(tag),
        sort: sort === '-count' ? 'count' : 'last_seen',
        after: cursor === undefined ? undefined : readCursor(order, 'number', cursor),
      });
      return {
        data: groups.map(failureGroupJson),
        next_cursor: next === undefined ? null : encodeCursor(order, next),
        group_count: groupCount,
        run_count: runCount,
        counted_from: instantJson(countedFrom),
      };
    }),
  }),
});

/** The causes of failures. */
export const failureRoutes = [listRunFailures];
