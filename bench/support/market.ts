import { createDatabase } from '../../apps/api/src/db/create-database.ts';
import { newId } from '../../apps/api/src/db/ids.ts';
import { recordListingChanges } from '../../apps/api/src/db/outbox.ts';

const DAY_MS = 86_400_000;
const WORDS =
  'lamp desk chair oak vintage bike frame steel wool coat camera lens guitar amp shelf mirror red blue green small large'.split(
    ' ',
  );

/**
 * Fills GreenVue's database with listings of 100 sellers, `old` of them more than 30 days old, each queued
 * for search.
 */
export async function fillMarket(
  file: string,
  { listings, old }: { readonly listings: number; readonly old: number },
): Promise<void> {
  const { kysely, close } = await createDatabase({ file });
  const sellers = Array.from({ length: 100 }, () => newId());
  await kysely
    .insertInto('users')
    .values(
      sellers.map((id, n) => ({
        id,
        email: `seller${n}@example.com`,
        name: `Seller ${n}`,
        password_hash: 'none',
        created_at: 1,
        email_confirmed_at: 1,
      })),
    )
    .execute();
  const now = Date.now();
  const word = (n: number) => WORDS[n % WORDS.length] ?? 'thing';
  for (let from = 0; from < listings; from += 500) {
    await kysely.transaction().execute(async (trx) => {
      const made = await trx
        .insertInto('listings')
        .values(
          Array.from({ length: Math.min(500, listings - from) }, (_, index) => {
            const n = from + index;
            const created = n < old ? now - 40 * DAY_MS : now - (n % 20) * DAY_MS;
            return {
              id: newId(),
              seller_id: sellers[n % sellers.length] ?? '',
              title: `${word(n)} ${word(n * 7 + 3)} ${n}`,
              description: Array.from({ length: 30 }, (_, w) => word(n * (w + 5) + w)).join(' '),
              category: 'furniture',
              price_cents: 100 + n,
              currency: 'EUR',
              condition: 'good' as const,
              location: null,
              created_at: created,
              updated_at: created,
            };
          }),
        )
        .returning('seq')
        .execute();
      await recordListingChanges(trx, { listingSeqs: made.map(({ seq }) => seq), at: now });
    });
  }
  await close();
}
