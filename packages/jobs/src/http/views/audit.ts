import { z } from 'zod';
import type { AuditAction } from '../../core/store/audit-action.ts';
import type { AuditRow } from '../../core/store/store-views.ts';
import { instantJson, instantParameter, instantSchema } from '../fields/instant.ts';
import { cursorParameter, limitParameter } from '../fields/page.ts';
import { parseJson } from '../fields/stored-json.ts';
import { text } from '../fields/text.ts';
import { jobIdSchema } from '../input/job-input.ts';
import { csvTable } from './csv.ts';

/** Who changed what: a row of the engine's audit log. */
export const auditRowSchema = z.object({
  id: z.string(),
  at: instantSchema,
  actor: z.string().describe('The id of the caller, or `system` for code of the server'),
  action: z.string().meta({ examples: ['job.create', 'run.cancel'] }),
  target: z.string().describe('Id of the job or run'),
  job_id: z
    .string()
    .nullable()
    .describe(
      'The job, or the job of the run; null if the change is of neither, or the run is no longer kept',
    ),
  job_name: z.string().nullable().describe('What the job is called now; null if there is no such job'),
  change: z.unknown().describe('The requested change'),
});

const filter = (description: string) => text({ min: 1, max: 200 }).optional().describe(description);

const auditFilters = {
  actor: filter('Only changes by this caller'),
  action: filter('Only this kind of change, such as job.create'),
  target: filter('Only changes of the job or run with this id'),
  job_id: jobIdSchema.optional().describe('Only changes of this job and of its runs'),
  from: instantParameter.optional().describe('Only changes at or after this time (RFC 3339)'),
  to: instantParameter.optional().describe('Only changes before this time (RFC 3339)'),
};

/** The query of GET /job-audit.csv. */
export const auditExportQuery = z.strictObject(auditFilters);

/** The query of GET /job-audit. */
export const auditQuery = z.strictObject({
  ...auditFilters,
  limit: limitParameter,
  cursor: cursorParameter.optional(),
});

/**
 * The kinds of changes that this version writes. A row may have another kind, of an older or newer version.
 */
export type AuditActionJson = AuditAction;

export type AuditRowJson = z.output<typeof auditRowSchema>;

export function auditRowJson({ id, at, jobId, jobName, change, ...row }: AuditRow): AuditRowJson {
  const { actor, action, target } = row;
  return {
    id,
    at: instantJson(at),
    actor,
    action,
    target,
    job_id: jobId ?? null,
    job_name: jobName ?? null,
    change: parseJson(change),
  };
}

/** The export as CSV. New columns are added at the end. */
export const auditCsv = csvTable<AuditRowJson>({
  id: (row) => row.id,
  at: (row) => row.at,
  actor: (row) => row.actor,
  action: (row) => row.action,
  target: (row) => row.target,
  job_id: (row) => row.job_id,
  job_name: (row) => row.job_name,
  change: (row) => JSON.stringify(row.change),
});
