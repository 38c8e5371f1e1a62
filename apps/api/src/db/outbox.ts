import { newId } from './ids.ts';
import type { Queries } from './schema.ts';

/** An e-mail to send once it is due. */
export interface QueuedNotification {
  /** Given, it is the notification's id, and queueing it a second time does nothing. */
  readonly id?: string;
  /** Absent for an address that is no user's. */
  readonly userId?: string;
  readonly email: string;
  readonly template: string;
  /** What the template shows; must be JSON. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly dueAt: number;
}

// SQLite takes at most 32,766 parameters a statement.
const ROWS_PER_INSERT = 1_000;

/** Queues one notification in the caller's transaction and returns its id. */
export async function queueNotification(
  trx: Queries,
  notification: QueuedNotification & { readonly now: number },
): Promise<string> {
  const [id] = await queueNotifications(trx, { notifications: [notification], now: notification.now });
  if (id === undefined) throw new Error('a queued notification has an id');
  return id;
}

/** Queues notifications in the caller's transaction and returns their ids in the same order. */
export async function queueNotifications(
  trx: Queries,
  queued: { readonly notifications: readonly QueuedNotification[]; readonly now: number },
): Promise<readonly string[]> {
  const rows = queued.notifications.map((notification) => ({
    id: notification.id ?? newId(),
    user_id: notification.userId ?? null,
    email: notification.email,
    template: notification.template,
    data: JSON.stringify(notification.data),
    due_at: notification.dueAt,
    created_at: queued.now,
  }));
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
    await trx
      .insertInto('notifications')
      .values(rows.slice(at, at + ROWS_PER_INSERT))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
  return rows.map((row) => row.id);
}

/** The error of a message that waits for its user to confirm the address. */
export const AWAITS_CONFIRMATION = 'waits until the e-mail address is confirmed';

/** Makes due what waited for the user to confirm the address, within the caller's transaction. */
export async function releaseAwaitingConfirmation(
  trx: Queries,
  { userId, now }: { readonly userId: string; readonly now: number },
): Promise<void> {
  await trx
    .updateTable('notifications')
    .set({ due_at: now, error: null })
    .where('user_id', '=', userId)
    .where('status', '=', 'pending')
    .where('error', '=', AWAITS_CONFIRMATION)
    .execute();
}

/** Tells search, within the caller's transaction, that a listing was made, changed or removed. */
export async function recordListingChange(
  trx: Queries,
  change: { readonly listingSeq: number; readonly at: number },
): Promise<void> {
  await recordListingChanges(trx, { listingSeqs: [change.listingSeq], at: change.at });
}

/** Tells search, within the caller's transaction, that listings were made, changed or removed. */
export async function recordListingChanges(
  trx: Queries,
  change: { readonly listingSeqs: readonly number[]; readonly at: number },
): Promise<void> {
  const rows = change.listingSeqs.map((listingSeq) => ({ listing_seq: listingSeq, at: change.at }));
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
    await trx
      .insertInto('search_changes')
      .values(rows.slice(at, at + ROWS_PER_INSERT))
      .execute();
  }
}
