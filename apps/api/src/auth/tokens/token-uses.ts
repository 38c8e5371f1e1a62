import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/schema.ts';

/**
 * Writes down when API tokens were last used, behind the requests: no request waits for that, or fails with
 * it.
 */
export interface TokenUses {
  /** The token was used now. */
  note(token: { readonly id: string; readonly last_used_at: number | null }): void;
  /** Waits for the write under way. */
  close(): Promise<void>;
}

export interface TokenUsesDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

// `last_used_at` is for people: to the minute is enough, and spares a write with each request.
const EVERY_MS = 60_000;
/** A database that refuses one write, as on a full disk, is not asked with each request. */
const AFTER_FAILURE_MS = 1_000;

export function createTokenUses({ database, clock, logger }: TokenUsesDeps): TokenUses {
  let waiting = new Set<string>();
  let writing: Promise<void> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let isFailing = false;

  const write = async (ids: readonly string[], now: number): Promise<void> => {
    try {
      await database.updateTable('api_tokens').set({ last_used_at: now }).where('id', 'in', ids).execute();
      isFailing = false;
    } catch (error) {
      notBefore = clock.now() + AFTER_FAILURE_MS;
      // Logged once, until a write succeeds again.
      if (!isFailing)
        logger.warn({ err: error }, 'could not save when API tokens were last used; will retry');
      isFailing = true;
    }
  };
  // Uses that are noted during a write are written together after it.
  const writeAll = async (): Promise<void> => {
    while (waiting.size > 0) {
      const ids = [...waiting];
      waiting = new Set();
      await write(ids, clock.now());
    }
    writing = undefined;
  };
  return {
    note({ id, last_used_at: lastUsedAt }) {
      const now = clock.now();
      if ((lastUsedAt ?? 0) > now - EVERY_MS || now < notBefore) return;
      waiting.add(id);
      writing ??= writeAll();
    },
    async close() {
      await writing;
    },
  };
}
