import type { Transaction } from 'kysely';
import { AWAITS_CONFIRMATION } from '../../db/outbox.ts';
import type { Database } from '../../db/schema.ts';
import { putOff } from './daily-bound.ts';

const DAY_MS = 86_400_000;
/** How long an account may leave its address unconfirmed before its messages fail. */
export const UNCONFIRMED_MS = 30 * DAY_MS;

interface Recipient {
  readonly id: string;
  /** Null for an address that is no user's: only an admin writes to one. */
  readonly user_id: string | null;
  readonly email_confirmed_at: number | null;
  readonly user_since: number | null;
}

/** Splits messages by whether their users have confirmed their addresses. */
export function byConfirmation<Message extends Recipient>(messages: readonly Message[]) {
  const isConfirmed = ({ user_id, email_confirmed_at }: Message): boolean =>
    user_id === null || email_confirmed_at !== null;
  return {
    confirmed: messages.filter(isConfirmed),
    unconfirmed: messages.filter((message) => !isConfirmed(message)),
  };
}

/**
 * Checks messages to unconfirmed addresses once a day; a confirmation makes them due at once. Messages of old
 * accounts fail.
 */
export async function holdUnconfirmed(
  trx: Transaction<Database>,
  messages: readonly Recipient[],
  now: number,
): Promise<void> {
  const isOld = ({ user_since }: Recipient): boolean => (user_since ?? 0) <= now - UNCONFIRMED_MS;
  await putOff(
    trx,
    messages.filter((message) => !isOld(message)),
    { until: now + DAY_MS, error: AWAITS_CONFIRMATION },
  );
  const failed = messages.filter(isOld).map(({ id }) => id);
  if (failed.length === 0) return;
  await trx
    .updateTable('notifications')
    .set({ status: 'failed', error: 'the e-mail address was not confirmed in 30 days' })
    .where('id', 'in', failed)
    .execute();
}
