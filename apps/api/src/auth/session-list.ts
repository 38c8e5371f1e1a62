import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { recordAudit } from '../db/audit.ts';
import type { LookUp } from '../db/database.ts';
import { takeTurn } from '../db/locks.ts';
import type { Database, Queries, SessionRow, UserRow } from '../db/schema.ts';
import type { CreatedPosition } from '../paging.ts';
import { accountTurn, endSession, familyTurn } from './sessions.ts';
import type { Actor } from './users.ts';

/** The sessions of accounts: whose they are, and ending them. A session that ended is not there any more. */
export interface SessionList {
  /** The user of a session; undefined when it has ended. */
  userOf(sessionId: string): Promise<(UserRow & { readonly session_id: string }) | undefined>;
  /** A user's, newest first. */
  list(page: {
    readonly userId: string;
    readonly before: CreatedPosition | undefined;
    readonly limit: number;
  }): Promise<readonly SessionRow[]>;
  /** Ends one session of the user; false when the user has no such session. */
  end(session: {
    readonly userId: string;
    readonly sessionId: string;
    readonly actor: Actor;
  }): Promise<boolean>;
  /** Ends all sessions of the user. */
  endAll(of: { readonly userId: string; readonly actor: Actor }): Promise<void>;
}

export interface SessionListDeps {
  readonly database: Kysely<Database>;
  readonly lookUp: LookUp;
  readonly clock: Clock;
}

export function createSessionList({ database, lookUp, clock }: SessionListDeps): SessionList {
  return {
    userOf: lookUp(
      database
        .selectFrom('sessions')
        .innerJoin('users', 'users.id', 'sessions.user_id')
        .selectAll('users')
        .select('sessions.id as session_id')
        .where('sessions.id', '=', ''),
    ),
    list: ({ userId, before, limit }) => {
      const own = database
        .selectFrom('sessions')
        .selectAll()
        .where('user_id', '=', userId)
        .where('expires_at', '>', clock.now())
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (before === undefined) return own.execute();
      return own
        .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(before.createdAt, before.id)))
        .execute();
    },
    end: ({ userId, sessionId, actor }) =>
      database.transaction().execute(async (trx) => {
        const ended = await endSessions(trx, { userId, only: sessionId, now: clock.now() });
        await recordEnd(trx, { userId, ended, actor, at: clock.now() });
        return ended.length > 0;
      }),
    endAll: ({ userId, actor }) =>
      database.transaction().execute(async (trx) => {
        const ended = await endSessions(trx, { userId, now: clock.now() });
        await recordEnd(trx, { userId, ended, actor, at: clock.now() });
      }),
  };
}

interface SessionsToEnd {
  readonly userId: string;
  readonly only?: string;
  /** This session continues. */
  readonly except?: string | undefined;
  readonly now: number;
}

/** Ends sessions of a user within a transaction, and gives their ids. No session begins beside it and escapes. */
export async function endSessions(
  trx: Transaction<Database>,
  { userId, only, except, now }: SessionsToEnd,
): Promise<readonly string[]> {
  await takeTurn(trx, accountTurn(userId));
  const all = trx.selectFrom('sessions').select('id').where('user_id', '=', userId).orderBy('id');
  const rows = await (only === undefined ? all : all.where('id', '=', only)).execute();
  const ended = rows.map(({ id }) => id).filter((id) => id !== except);
  for (const id of ended) {
    // A refresh under way adds its token first, so that it is revoked as well.
    await takeTurn(trx, familyTurn(id));
    await endSession(trx, id, now);
  }
  if (only === undefined) await revokeRest(trx, { userId, except, now });
  return ended;
}

/** Sessions that a node of an older version began have tokens and no row. */
async function revokeRest(trx: Transaction<Database>, { userId, except, now }: SessionsToEnd): Promise<void> {
  await trx
    .updateTable('refresh_tokens')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('family', '<>', except ?? '')
    .where('revoked_at', 'is', null)
    .execute();
}

async function recordEnd(
  queries: Queries,
  { userId, ended, actor, at }: { userId: string; ended: readonly string[]; actor: Actor; at: number },
): Promise<void> {
  if (ended.length === 0) return;
  const change = { sessions: ended };
  await recordAudit(queries, { actor, action: 'session.end', target: `user:${userId}`, change, at });
}
