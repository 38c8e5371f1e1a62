import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import { type Actor, recordAudit } from '../../db/audit.ts';
import type { LookUp } from '../../db/database.ts';
import type { Database, Queries, SessionRow, UserRow } from '../../db/schema.ts';
import type { CreatedPosition } from '../../rest/paging.ts';
import { endSessions } from './sessions.ts';

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
        if (ended === 0) return false;
        await recordEnd(trx, { userId, change: { sessions: [sessionId] }, actor, at: clock.now() });
        return true;
      }),
    endAll: ({ userId, actor }) =>
      database.transaction().execute(async (trx) => {
        const ended = await endSessions(trx, { userId, now: clock.now() });
        if (ended === 0) return;
        // Their number: an account of an older version may have thousands.
        await recordEnd(trx, { userId, change: { ended_sessions: ended }, actor, at: clock.now() });
      }),
  };
}

async function recordEnd(
  queries: Queries,
  {
    userId,
    ...entry
  }: { userId: string; change: Readonly<Record<string, unknown>>; actor: Actor; at: number },
): Promise<void> {
  await recordAudit(queries, { ...entry, action: 'session.end', target: `user:${userId}` });
}
