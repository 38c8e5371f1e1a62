import type { z } from 'zod';
import { encodeCursor } from '../fields/cursor.ts';
import { pageSchema } from '../fields/page.ts';
import { readCursor } from '../routing/read-cursor.ts';
import { defineRoute } from '../routing/route.ts';
import { download, problems, success } from '../routing/route-docs.ts';
import { sendLines } from '../routing/send-lines.ts';
import type { RouteEngine } from '../scope/route-engine.ts';
import { auditCsv, auditExportQuery, auditQuery, auditRowJson, auditRowSchema } from '../views/audit.ts';

const listJobAudit = defineRoute({
  method: 'GET',
  path: '/job-audit',
  need: 'read',
  doc: {
    operationId: 'listJobAudit',
    summary: 'List the changes of jobs and runs, newest first',
    description: 'Who changed what.',
  },
  query: auditQuery,
  responses: { 200: success(pageSchema(auditRowSchema), 'A page of changes'), ...problems() },
  handle: async ({ query }, { engine }) => ({ status: 200, body: await pageOf(engine, query) }),
});

const exportJobAudit = defineRoute({
  method: 'GET',
  path: '/job-audit.csv',
  need: 'read',
  isStream: true,
  doc: {
    operationId: 'exportJobAudit',
    summary: 'Export the changes of jobs and runs as CSV',
    description:
      'All changes that the filters of GET /job-audit find, newest first, as CSV (RFC 4180) with a header. Sent as fast as the client reads. A text that a spreadsheet would run as a formula begins with an apostrophe. A connection that ends early means that the export is not complete.',
  },
  query: auditExportQuery,
  responses: { 200: download('text/csv', 'The changes'), ...problems() },
  handle: async ({ query }, { engine }) =>
    sendLines('text/csv; charset=utf-8', 'job-audit.csv', linesOf(engine, query)),
});

/** Changes that one step of an export reads. */
const STEP = 500;

async function* linesOf(
  engine: RouteEngine,
  query: z.output<typeof auditExportQuery>,
): AsyncGenerator<string> {
  const which = whichOf(query);
  let beginning = auditCsv.header;
  let before: { readonly at: number; readonly id: number } | undefined;
  do {
    const rows = await engine.listAudit({ ...which, before, limit: STEP });
    yield beginning + rows.map((row) => auditCsv.line(auditRowJson(row))).join('');
    beginning = '';
    const last = rows.length < STEP ? undefined : rows.at(-1);
    before = last && { at: last.at, id: Number(last.id) };
  } while (before !== undefined);
}

function whichOf({ job_id: jobId, ...filters }: z.output<typeof auditExportQuery>) {
  return { ...filters, jobId };
}

async function pageOf(engine: RouteEngine, query: z.output<typeof auditQuery>) {
  const { limit, cursor, ...filters } = query;
  const before = cursor === undefined ? undefined : readCursor('audit', 'number', cursor);
  // One more row than asked for shows whether there is another page.
  const rows = await engine.listAudit({
    ...whichOf(filters),
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
export const auditRoutes = [listJobAudit, exportJobAudit];
