import { text } from '@greenvue/jobs/http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../rest/cursor.ts';
import { pageOf, pageQuery } from '../../rest/paging.ts';
import { requireRole } from '../../rest/principal.ts';
import { problems } from '../../rest/responses.ts';
import { timeOf, timeSchema } from '../views.ts';
import { type AuditSource, auditPosition, listAudit } from './audit-log.ts';

const filter = text({ min: 1, max: 200 }).optional();

export const auditSchema = z
  .object({
    id: z.string(),
    at: timeSchema,
    actor: z.string().describe('user:<id>, token:<id>, or a program such as cli'),
    actor_name: z.string().nullable(),
    action: z.string(),
    target: z.string(),
    change: z.unknown(),
  })
  .meta({ id: 'AuditRecord' });

/** `/api/audit`: who changed what, for admins. */
export function auditRoutes({
  sources,
}: {
  readonly sources: readonly AuditSource[];
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/audit',
      {
        schema: {
          tags: ['Audit'],
          operationId: 'listAudit',
          summary: 'List the audit log, newest first',
          querystring: z.strictObject({ ...pageQuery, actor: filter, action: filter, target: filter }),
          response: { 200: pageOf(auditSchema), ...problems(403) },
        },
      },
      async (request) => {
        requireRole(request, 'admin');
        const { limit, cursor, ...filters } = request.query;
        const before = cursor === undefined ? undefined : decodeCursor(cursor, auditPosition);
        const { records, next } = await listAudit(sources, { before, limit, filters });
        return {
          data: records.map(({ id, source, at, actorName, ...record }) => ({
            ...record,
            id: `${source}-${id}`,
            at: timeOf(at),
            actor_name: actorName ?? null,
          })),
          next_cursor: next ? encodeCursor(next) : null,
        };
      },
    );
  };
}
