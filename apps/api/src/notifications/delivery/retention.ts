import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely';
import { passingOverLocked } from '../../db/locks.ts';
import type { Database } from '../../db/schema.ts';
import { inShortBatches } from '../../db/short-batches.ts';
import type { TemplateName } from '../templates.ts';

/** How long a notification is kept after it was sent or has failed for good (ms). */
export const KEPT_MS = 90 * 86_400_000;

export interface Retention {
  readonly database: Kysely<Database>;
  readonly template: TemplateName;
  readonly now: number;
  /** Looked at between batches; its reason is thrown. */
  readonly signal: AbortSignal;
}

/**
 * Removes the template's notifications that are done for {@link KEPT_MS}, in short transactions. Gives how
 * many they were.
 */
export async function forgetOld({ database, template, now, signal }: Retention): Promise<number> {
  const old = { template, before: now - KEPT_MS };
  let forgotten = 0;
  // The common run has nothing to forget, and takes no write lock for it.
  if ((await oldOnes(database, { ...old, size: 1 }).execute()).length === 0) return 0;
  await inShortBatches({
    database,
    signal,
    step: async (trx, size) => {
      const ids = await passingOverLocked(trx, oldOnes(trx, { ...old, size }), 'notifications').execute();
      if (ids.length > 0) {
        await trx
          .deleteFrom('notifications')
          .where(
            'id',
            'in',
            ids.map(({ id }) => id),
          )
          .execute();
      }
      return { rows: ids.length };
    },
    committed: ({ rows }) => {
      forgotten += rows;
    },
  });
  return forgotten;
}

/** The oldest rows to delete. */
export function oldOnes(
  queries: Kysely<Database> | Transaction<Database>,
  {
    template,
    before,
    size,
  }: { readonly template: TemplateName; readonly before: number; readonly size: number },
) {
  return (
    queries
      .selectFrom('notifications')
      .select('id')
      .where('template', '=', template)
      // Word for word as in the index notifications_done: SQLite must see that it fits.
      .where(sql<SqlBool>`status IN ('sent', 'failed')`)
      .where('due_at', '<', before)
      // It may have been sent long after it was due.
      .where((eb) => eb(eb.fn.coalesce('sent_at', 'due_at'), '<', before))
      .orderBy('due_at')
      .limit(size)
  );
}
