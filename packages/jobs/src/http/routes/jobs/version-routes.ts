import { encodeCursor } from '../../fields/cursor.ts';
import { pageSchema } from '../../fields/page.ts';
import { jobParams } from '../../input/job-input.ts';
import { readCursor } from '../../routing/read-cursor.ts';
import { defineRoute } from '../../routing/route.ts';
import { problems, success } from '../../routing/route-docs.ts';
import {
  jobVersionJson,
  jobVersionParams,
  jobVersionSchema,
  jobVersionsQuery,
} from '../../views/jobs/job-version.ts';

const listJobVersions = defineRoute({
  method: 'GET',
  path: '/jobs/:job_id/versions',
  need: 'read',
  doc: {
    operationId: 'listJobVersions',
    summary: 'List the definitions of a job',
    description:
      'The current definition, then those that edits replaced: the newest 100, and each one that a kept run ran with.',
  },
  params: jobParams,
  query: jobVersionsQuery,
  responses: {
    200: success(pageSchema(jobVersionSchema), 'A page of versions, newest first'),
    ...problems(404),
  },
  handle: async ({ params, query: { limit, cursor } }, { engine }) => {
    const before = cursor === undefined ? undefined : Number(readCursor('versions', 'run', cursor).key);
    const { rows, next } = await engine.listJobVersions(params.job_id, { limit, before });
    return {
      status: 200,
      body: {
        data: rows.map(jobVersionJson),
        next_cursor: next === undefined ? null : encodeCursor('versions', { value: null, key: next.key }),
      },
    };
  },
});

const getJobVersion = defineRoute({
  method: 'GET',
  path: '/jobs/:job_id/versions/:version',
  need: 'read',
  doc: {
    operationId: 'getJobVersion',
    summary: 'Read one definition of a job',
    description: 'To restore it, send `definition` with PUT /jobs/:job_id.',
  },
  params: jobVersionParams,
  responses: { 200: success(jobVersionSchema, 'The version'), ...problems(404) },
  handle: async ({ params }, { engine }) => ({
    status: 200,
    body: jobVersionJson(await engine.getJobVersion(params.job_id, params.version)),
  }),
});

/** The definitions that jobs have or had. */
export const versionRoutes = [listJobVersions, getJobVersion];
