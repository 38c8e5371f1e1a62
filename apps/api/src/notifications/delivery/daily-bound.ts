import type { Transaction } from 'kysely';
import type { Database } from '../../db/schema.ts';

const DAY_MS = 86_400_000;

/** When the day (UTC) began. */
export function dayOf(now: number): number {
  return Math.floor(now / DAY_MS) * DAY_MS;
}

/**
 * Separates messages that may be sent today from those beyond the daily bound of their address. Two senders
 * of different templates at the same time may each send up to the bound.
 */
export async function underDailyBound<Message extends { readonly email: string }>(
  trx: Transaction<Database>,
  messages: readonly Message[],
  { perAddressPerDay, now }: { readonly perAddressPerDay: number; readonly now: number },
): Promise<{ readonly sendable: readonly Message[]; readonly beyond: readonly Message[] }> {
  const counts = await sentToday(trx, new Set(messages.map(({ email }) => email)), now);
  const sendable: Message[] = [];
  const beyond: Message[] = [];
  for (const message of messages) {
    const count = counts.get(message.email) ?? 0;
    counts.set(message.email, count + 1);
    (count < perAddressPerDay ? sendable : beyond).push(message);
  }
  return { sendable, beyond };
}

async function sentToday(
  trx: Transaction<Database>,
  emails: ReadonlySet<string>,
  now: number,
): Promise<Map<string, number>> {
  if (emails.size === 0) return new Map();
  const rows = await trx
    .selectFrom('notifications')
    .select((eb) => ['email', eb.fn.countAll<number>().as('count')])
    .where('email', 'in', [...emails])
    .where('sent_at', '>=', dayOf(now))
    .groupBy('email')
    .execute();
  return new Map(rows.map(({ email, count }) => [email, Number(count)]));
}

/** Makes messages due later, with the reason as their error. */
export async function putOff(
  trx: Transaction<Database>,
  messages: readonly { readonly id: string }[],
  { until, error }: { readonly until: number; readonly error: string },
): Promise<void> {
  if (messages.length === 0) return;
  await trx
    .updateTable('notifications')
    .set({ due_at: until, error })
    .where(
      'id',
      'in',
      messages.map(({ id }) => id),
    )
    .execute();
}
