import { z } from 'zod';
import type { AuditRow } from '../../core/store/store-views.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { parseJson } from '../fields/stored-json.ts';

/** A row of the engine's audit log, for a route of the host application. */
export const auditRowSchema = z.object({
  id: z.string(),
  at: instantSchema,
  actor: z.string(),
  action: z.string().meta({ examples: ['job.create', 'run.cancel'] }),
  target: z.string().describe('Id of the job or run'),
  change: z.unknown().describe('The requested change'),
});

export function auditRowJson({
  id,
  at,
  actor,
  action,
  target,
  change,
}: AuditRow): z.output<typeof auditRowSchema> {
  return { id, at: instantJson(at), actor, action, target, change: parseJson(change) };
}
