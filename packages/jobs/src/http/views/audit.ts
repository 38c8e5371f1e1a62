import { z } from 'zod';
import type { AuditRow } from '../../core/store/store-views.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { cursorParameter, limitParameter } from '../fields/page.ts';
import { parseJson } from '../fields/stored-json.ts';
import { text } from '../fields/text.ts';

/** Who changed what: a row of the engine's audit log. */
export const auditRowSchema = z.object({
  id: z.string(),
  at: instantSchema,
  actor: z.string().describe('The id of the caller, or `system` for code of the server'),
  action: z.string().meta({ examples: ['job.create', 'run.cancel'] }),
  target: z.string().describe('Id of the job or run'),
  change: z.unknown().describe('The requested change'),
});

const filter = (description: string) => text({ min: 1, max: 200 }).optional().describe(description);

/** The query of GET /job-audit. */
export const auditQuery = z.strictObject({
  actor: filter('Only changes by this caller'),
  action: filter('Only this kind of change, such as job.create'),
  target: filter('Only changes of the job or run with this id'),
  limit: limitParameter,
  cursor: cursorParameter.optional(),
});

export type AuditRowJson = z.output<typeof auditRowSchema>;

export function auditRowJson({ id, at, actor, action, target, change }: AuditRow): AuditRowJson {
  return { id, at: instantJson(at), actor, action, target, change: parseJson(change) };
}
