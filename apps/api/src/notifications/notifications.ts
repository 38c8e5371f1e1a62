import type { Kysely } from 'kysely';
import type { Clock } from '../clock.ts';
import { recordAudit } from '../db/audit.ts';
import { queueNotification } from '../db/outbox.ts';
import type { Database, NotificationRow } from '../db/schema.ts';
import type { CreatedPosition } from '../rest/paging.ts';
import type { TemplateName } from './templates.ts';

export interface NewNotification {
  /** A user's id or e-mail address, or any address. */
  readonly to: { readonly userId: string } | { readonly email: string };
  readonly template: TemplateName;
  readonly data: Readonly<Record<string, unknown>>;
  /** Now, unless given. */
  readonly dueAt: number | undefined;
  readonly actor: { readonly id: string; readonly name: string };
}

/** The notifications, as people see them. Sending is {@link ./delivery.ts}. */
export interface Notifications {
  /** Undefined when there is no such user. */
  schedule(notification: NewNotification): Promise<NotificationRow | undefined>;
  /** A user's own, newest first. */
  list(query: {
    readonly userId: string;
    readonly before: CreatedPosition | undefined;
    readonly limit: number;
  }): Promise<readonly NotificationRow[]>;
}

export interface NotificationsDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
}

export function createNotifications(deps: NotificationsDeps): Notifications {
  const { database } = deps;
  return {
    schedule: (notification) => schedule(deps, notification),
    list: ({ userId, before, limit }) => {
      const own = database
        .selectFrom('notifications')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (before === undefined) return own.execute();
      return own
        .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(before.createdAt, before.id)))
        .execute();
    },
  };
}

async function schedule(
  { database, clock }: NotificationsDeps,
  { to, template, data, dueAt, actor }: NewNotification,
): Promise<NotificationRow | undefined> {
  const now = clock.now();
  return database.transaction().execute(async (trx) => {
    const users = trx.selectFrom('users').select(['id', 'email']);
    const user = await ('userId' in to
      ? users.where('id', '=', to.userId)
      : users.where('email', '=', to.email)
    ).executeTakeFirst();
    const email = user?.email ?? ('email' in to ? to.email : undefined);
    if (email === undefined) return undefined;
    const owner = user === undefined ? {} : { userId: user.id };
    const id = await queueNotification(trx, { ...owner, email, template, data, dueAt: dueAt ?? now, now });
    await recordAudit(trx, {
      actor,
      action: 'notification.schedule',
      target: `notification:${id}`,
      change: { email, template, due_at: new Date(dueAt ?? now).toISOString() },
      at: now,
    });
    return trx.selectFrom('notifications').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  });
}
