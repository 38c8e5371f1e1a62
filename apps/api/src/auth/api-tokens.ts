import type { Kysely, Selectable } from 'kysely';
import type { Clock } from '../clock.ts';
import { recordAudit } from '../db/audit.ts';
import type { LookUp } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import type { ApiTokenTable, Database, Role } from '../db/schema.ts';
import type { CreatedPosition } from '../paging.ts';
import { hashSecret, makeSecret } from './secrets.ts';

export type ApiToken = Omit<Selectable<ApiTokenTable>, 'token_hash'>;

export interface NewApiToken {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: number;
  readonly actor: { readonly id: string; readonly name: string };
}

/** Tokens for programs: of a role and an expiry of their own, hashed at rest. */
export interface ApiTokens {
  /** The only time that the secret is seen. */
  make(token: NewApiToken): Promise<{ readonly token: ApiToken; readonly secret: string }>;
  /** The token with that secret, unless it is expired or revoked. */
  find(secret: string): Promise<ApiToken | undefined>;
  /** Newest first, expired and revoked ones included. */
  list(page: {
    readonly before: CreatedPosition | undefined;
    readonly limit: number;
  }): Promise<readonly ApiToken[]>;
  /** False when there is no such token. Revoking one again changes nothing. */
  revoke(id: string, actor: NewApiToken['actor']): Promise<boolean>;
}

export interface ApiTokensDeps {
  readonly database: Kysely<Database>;
  readonly lookUp: LookUp;
  readonly clock: Clock;
}

const COLUMNS = [
  'id',
  'name',
  'role',
  'created_by',
  'expires_at',
  'last_used_at',
  'revoked_at',
  'created_at',
] as const;

// `last_used_at` is for people: to the minute is enough, and spares a write with each request.
const USE_NOTED_EVERY_MS = 60_000;

export function createApiTokens(deps: ApiTokensDeps): ApiTokens {
  const { database, lookUp } = deps;
  const byHash = lookUp(
    database
      .selectFrom('api_tokens')
      .select(COLUMNS)
      .where('token_hash', '=', '')
      .where('revoked_at', 'is', null),
  );
  return {
    make: (token) => make(deps, token),
    find: async (secret) => stillValid(deps, await byHash(hashSecret(secret))),
    list: ({ before, limit }) => {
      const tokens = database
        .selectFrom('api_tokens')
        .select(COLUMNS)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (before === undefined) return tokens.execute();
      return tokens
        .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(before.createdAt, before.id)))
        .execute();
    },
    revoke: (id, actor) => revoke(deps, id, actor),
  };
}

async function make({ database, clock }: ApiTokensDeps, { name, role, expiresAt, actor }: NewApiToken) {
  const secret = makeSecret('gv_');
  const token = {
    id: newId(),
    name,
    role,
    created_by: actor.id,
    expires_at: expiresAt,
    last_used_at: null,
    revoked_at: null,
    created_at: clock.now(),
  };
  await database.transaction().execute(async (trx) => {
    await trx
      .insertInto('api_tokens')
      .values({ ...token, token_hash: hashSecret(secret) })
      .execute();
    await recordAudit(trx, {
      actor,
      action: 'token.make',
      target: `token:${token.id}`,
      change: { name, role, expires_at: new Date(expiresAt).toISOString() },
      at: token.created_at,
    });
  });
  return { token, secret };
}

/** The token, unless it is expired; notes that it was used. */
async function stillValid(
  { database, clock }: ApiTokensDeps,
  token: ApiToken | undefined,
): Promise<ApiToken | undefined> {
  const now = clock.now();
  if (token === undefined || token.expires_at <= now) return undefined;
  if ((token.last_used_at ?? 0) <= now - USE_NOTED_EVERY_MS) {
    await database.updateTable('api_tokens').set({ last_used_at: now }).where('id', '=', token.id).execute();
  }
  return token;
}

async function revoke(
  { database, clock }: ApiTokensDeps,
  id: string,
  actor: NewApiToken['actor'],
): Promise<boolean> {
  return database.transaction().execute(async (trx) => {
    const token = await trx.selectFrom('api_tokens').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    if (token === undefined) return false;
    const now = clock.now();
    const { numUpdatedRows } = await trx
      .updateTable('api_tokens')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return true;
    await recordAudit(trx, {
      actor,
      action: 'token.revoke',
      target: `token:${id}`,
      change: { name: token.name, role: token.role },
      at: now,
    });
    return true;
  });
}
