import type { z } from 'zod';
import { encodeCursor } from '../fields/cursor.ts';
import { pageSchema } from '../fields/page.ts';
import { readCursor } from '../routing/read-cursor.ts';
import { defineRoute } from '../routing/route.ts';
import { problems, success } from '../routing/route-docs.ts';
import type { RouteEngine } from '../scope/route-engine.ts';
import { auditQuery, auditRowJson, auditRowSchema } from '../views/audit.ts';

const listJobAudit = defineRoute({
  method: 'GET',
  path: '/job-audit',
  need: 'admin',
  doc: {
    operationId: 'listJobAudit',
    summary: 'List the changes of jobs and runs, newest first',
    description: 'Who changed what. Requires the permission admin.',
  },
  query: auditQuery,
  responses: { 200: success(pageSchema(auditRowSchema), 'A page of changes'), ...problems() },
  handle: async ({ query }, { engine }) => ({ status: 200, body: await pageOf(engine, query) }),
});

async function pageOf(engine: RouteEngine, query: z.output<typeof auditQuery>) {
  const { limit, cursor, ...which } = query;
  const before = cursor === undefined ? undefined : readCursor('audit', 'number', cursor);
  // One more row than asked for shows whether there is another page.
  const rows = await engine.listAudit({
    ...which,
    limit: limit + 1,
    before: before && { at: Number(before.value), id: Number(before.key) },
  });
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    data: rows.slice(0, limit).map(auditRowJson),
    next_cursor: last === undefined ? null : encodeCursor('audit', { value: last.at, key: last.id }),
  };
}

/** The audit log of the engine. */
export const auditRoutes = [listJobAudit];
