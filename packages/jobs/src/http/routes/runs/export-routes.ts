import type { z } from 'zod';
import { tagsOf } from '../../fields/tag.ts';
import { defineRoute } from '../../routing/route.ts';
import { download, problems } from '../../routing/route-docs.ts';
import { sendLines } from '../../routing/send-lines.ts';
import type { RouteEngine } from '../../scope/route-engine.ts';
import { type RunJson, runJson } from '../../views/runs/run.ts';
import { jsonLine, runCsv } from '../../views/runs/run-export.ts';
import { runExportQuery, runFilter } from '../../views/runs/run-list.ts';

/** Runs that one step reads. A step begins when the client has read the one before. */
const STEP = 200;

type ExportQuery = z.output<typeof runExportQuery>;

const exportRunsCsv = defineRoute({
  method: 'GET',
  path: '/runs.csv',
  need: 'read',
  isStream: true,
  doc: {
    operationId: 'exportRunsCsv',
    summary: 'Export runs as CSV',
    description:
      'All runs that the filters of GET /runs find, newest first, as CSV (RFC 4180) with a header. Sent as fast as the client reads. A text that a spreadsheet would run as a formula begins with an apostrophe. A connection that ends early means that the export is not complete.',
  },
  query: runExportQuery,
  responses: { 200: download('text/csv', 'The runs'), ...problems() },
  handle: async ({ query }, { engine }) =>
    sendLines('text/csv; charset=utf-8', 'runs.csv', linesOf(engine, query, runCsv)),
});

const exportRunsJson = defineRoute({
  method: 'GET',
  path: '/runs.ndjson',
  need: 'read',
  isStream: true,
  doc: {
    operationId: 'exportRunsJson',
    summary: 'Export runs as JSON',
    description:
      'All runs that the filters of GET /runs find, newest first: one JSON object in each line, as in GET /runs. Sent as fast as the client reads. A connection that ends early means that the export is not complete.',
  },
  query: runExportQuery,
  responses: { 200: download('application/x-ndjson', 'The runs'), ...problems() },
  handle: async ({ query }, { engine }) =>
    sendLines('application/x-ndjson', 'runs.ndjson', linesOf(engine, query, { header: '', line: jsonLine })),
});

interface Format {
  readonly header: string;
  readonly line: (run: RunJson) => string;
}

/** The text of an export, step by step. */
async function* linesOf(
  engine: RouteEngine,
  { job_id: jobId, type, tag, from, to, ...filter }: ExportQuery,
  { header, line }: Format,
): AsyncGenerator<string> {
  const query = { ...runFilter(filter), jobId, type, tags: tagsOf(tag), from, to, limit: STEP };
  let before: string | undefined;
  let beginning = header;
  do {
    const { rows, next } = await engine.listRuns({ ...query, before });
    const lines = beginning + rows.map((view) => line(runJson(view))).join('');
    if (lines !== '') yield lines;
    beginning = '';
    before = next?.key;
  } while (before !== undefined);
}

/** GET /runs.csv and GET /runs.ndjson. */
export const exportRoutes = [exportRunsCsv, exportRunsJson];
