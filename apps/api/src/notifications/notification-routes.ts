import { text } from '@greenvue/jobs/http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { NotificationRow } from '../db/schema.ts';
import { type CreatedPosition, pageByCreation, pageOf, pageQuery } from '../rest/paging.ts';
import { actorOf, requireRole, requireUnboundedAdmin } from '../rest/principal.ts';
import { unprocessable } from '../rest/problem.ts';
import { problems } from '../rest/responses.ts';
import type { Notifications } from './notifications.ts';
import { TEMPLATE_NAMES, TEMPLATES, type TemplateName } from './templates.ts';

const time = z.iso.datetime();

const notificationSchema = z
  .object({
    id: z.string(),
    user_id: z.string().nullable(),
    email: z.string(),
    template: z.string(),
    data: z.record(z.string(), z.unknown()),
    due_at: time,
    status: z.enum(['pending', 'sending', 'sent', 'failed']),
    attempts: z.int().describe('How often a mail server answered for it'),
    error: z.string().nullable().describe('Why the last attempt did not succeed'),
    sent_at: time.nullable(),
    created_at: time,
  })
  .meta({ id: 'Notification' });

const newNotificationSchema = z.strictObject({
  user_id: text({ min: 1, max: 64 }).optional(),
  email: z.email('must be an e-mail address').max(254).toLowerCase().optional(),
  template: z.enum(TEMPLATE_NAMES).default('default'),
  data: z.record(z.string(), z.unknown()).default({}).describe('What the template shows'),
  due_at: z.iso
    .datetime({ offset: true })
    .refine(isWithinYears, 'must be in the years 1970 to 9999, in UTC')
    .optional()
    .describe('Now, unless told'),
});

const tags = ['Notifications'];

const listSchema = {
  tags,
  operationId: 'listNotifications',
  summary: 'List your notifications, newest first',
  querystring: z.strictObject(pageQuery),
  response: { 200: pageOf(notificationSchema) },
};

const scheduleSchema = {
  tags,
  operationId: 'scheduleNotification',
  summary: 'Schedule a notification for a user or an address',
  description:
    'Give `user_id` or `email`. The job type `send_notifications` sends the notification when it is due.',
  body: newNotificationSchema,
  response: { 201: notificationSchema, ...problems(403) },
};

/** `/api/notifications`: one's own list; and, for admins, scheduling them for others. */
export function notificationRoutes({
  notifications,
}: {
  readonly notifications: Notifications;
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/notifications', { schema: listSchema }, async (request) => {
      const { id: userId } = requireRole(request, 'user');
      const list = (page: { before: CreatedPosition | undefined; limit: number }) =>
        notifications.list({ userId, ...page });
      return pageByCreation({ query: request.query, list, viewOf });
    });

    app.post('/api/notifications', { schema: scheduleSchema }, async (request, reply) => {
      const actor = actorOf(requireUnboundedAdmin(request));
      const { user_id, email, template, due_at } = request.body;
      const to = recipientOf(user_id, email);
      const data = checkedData(template, request.body.data);
      const dueAt = due_at === undefined ? undefined : Date.parse(due_at);
      const row = await notifications.schedule({ to, template, data, dueAt, actor });
      if (row === undefined) throw invalid([{ pointer: '/user_id', detail: 'there is no such user' }]);
      return reply.code(201).send(viewOf(row));
    });
  };
}

/** With an offset, a time of the year 9999 can be one of the year 10000, which an answer has no form for. */
function isWithinYears(time: string): boolean {
  const at = Date.parse(time);
  // What is no time at all has been told already.
  return Number.isNaN(at) || (at >= 0 && at < Date.UTC(10_000));
}

function recipientOf(userId: string | undefined, email: string | undefined) {
  if (userId !== undefined && email === undefined) return { userId };
  if (userId === undefined && email !== undefined) return { email };
  throw invalid([{ pointer: '', detail: 'give user_id or email, and not both' }]);
}

function checkedData(template: TemplateName, data: Readonly<Record<string, unknown>>) {
  const checked = TEMPLATES[template].safeParse(data);
  if (checked.success) return checked.data;
  throw invalid(
    checked.error.issues.map(({ path, message }) => ({
      pointer: `/data/${path.map(String).join('/')}`,
      detail: message,
    })),
  );
}

function invalid(errors: { pointer: string; detail: string }[]) {
  return unprocessable('The request is not valid.', errors);
}

function viewOf(row: NotificationRow): z.input<typeof notificationSchema> {
  const timeOf = (ms: number): string => new Date(ms).toISOString();
  return {
    id: row.id,
    user_id: row.user_id,
    email: row.email,
    template: row.template,
    data: JSON.parse(row.data),
    due_at: timeOf(row.due_at),
    status: row.status,
    attempts: row.attempts,
    error: row.error,
    sent_at: row.sent_at === null ? null : timeOf(row.sent_at),
    created_at: timeOf(row.created_at),
  };
}
