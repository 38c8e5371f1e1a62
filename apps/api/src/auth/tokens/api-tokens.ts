import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Clock } from '../../clock.ts';
import { type Actor, recordAudit } from '../../db/audit.ts';
import type { LookUp } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { takeTurn } from '../../db/locks.ts';
import type { ApiTokenTable, Database, Role, UserTable } from '../../db/schema.ts';
import type { CreatedPosition } from '../../rest/paging.ts';
import { actorOf, hasRole, type Principal } from '../../rest/principal.ts';
import { hashSecret, makeSecret } from '../secrets/secrets.ts';
import { type PolicyJson, storedPolicy } from './job-policy.ts';
import type { TokenUses } from './token-uses.ts';

export interface ApiToken extends Omit<Selectable<ApiTokenTable>, 'token_hash'> {
  /**
   * What it may do now; undefined when it is expired or revoked, or its maker is disabled, gone or must
   * change the password.
   */
  readonly effectiveRole: Role | undefined;
}

export interface NewApiToken {
  readonly name: string;
  readonly role: Role;
  readonly policy?: PolicyJson | undefined;
  readonly expiresAt: number;
}

export interface MadeApiToken {
  readonly token: ApiToken;
  /** The token itself. It is shown only once. */
  readonly secret: string;
}

/**
 * Tokens for programs, hashed at rest. A token may do what both its own role and its maker's present role
 * allow. One that was made with another token has that one's maker, and ends with it.
 */
export interface ApiTokens {
  /** Makes a token that belongs to no account, as `npm run token` does. */
  make(token: NewApiToken & { readonly actor: Actor }): Promise<MadeApiToken>;
  /**
   * Makes a token for `maker`. When `maker` is a token, the new one expires no later. Undefined when that
   * token has ended meanwhile.
   */
  makeBy(maker: Principal, token: NewApiToken): Promise<MadeApiToken | undefined>;
  /** The token with this secret; undefined when it may do nothing. */
  find(secret: string): Promise<(ApiToken & { readonly effectiveRole: Role }) | undefined>;
  /** Newest first, expired and revoked ones included. */
  list(page: {
    readonly before: CreatedPosition | undefined;
    readonly limit: number;
    /** Only the tokens of this user, or of the account that this token belongs to. */
    readonly of?: Pick<Principal, 'id' | 'kind'> | undefined;
  }): Promise<readonly ApiToken[]>;
  /**
   * Revokes it, and all that were made with it. False when there is no such token, or none of the account
   * `ownerId`. Once more changes nothing.
   */
  revoke(id: string, by: { readonly actor: Actor; readonly ownerId?: string | undefined }): Promise<boolean>;
}

export interface ApiTokensDeps {
  readonly database: Kysely<Database>;
  readonly lookUp: LookUp;
  readonly clock: Clock;
  /** Absent: uses are not noted. */
  readonly uses?: Pick<TokenUses, 'note'>;
}

/** Tokens are made and revoked one at a time under this lock. So no token survives the one that made it. */
const TOKENS = 'api tokens';

export function createApiTokens(deps: ApiTokensDeps): ApiTokens {
  const { database, lookUp, clock, uses } = deps;
  const byHash = lookUp(tokensWithOwners(database).where('api_tokens.token_hash', '=', ''));
  const read = (row: TokenRow): ApiToken => tokenOf(row, clock.now());
  return {
    make: ({ actor, ...token }) =>
      database.transaction().execute((trx) => insert(trx, token, { actor, now: clock.now() })),
    makeBy: (maker, token) =>
      database.transaction().execute((trx) => makeBy(trx, token, { maker, now: clock.now() })),
    find: async (secret) => {
      const row = await byHash(hashSecret(secret));
      const token = row && read(row);
      if (token?.effectiveRole === undefined) return undefined;
      uses?.note(token);
      return { ...token, effectiveRole: token.effectiveRole };
    },
    list: async ({ before, limit, of }) => {
      const known = tokensWithOwners(database);
      const ownerId = of && (await accountOf(database, of));
      const tokens = (ownerId === undefined ? known : known.where('users.id', '=', ownerId))
        .orderBy('api_tokens.created_at', 'desc')
        .orderBy('api_tokens.id', 'desc')
        .limit(limit);
      const older = (position: CreatedPosition) =>
        tokens.where((eb) =>
          eb(
            eb.refTuple('api_tokens.created_at', 'api_tokens.id'),
            '<',
            eb.tuple(position.createdAt, position.id),
          ),
        );
      const rows = await (before === undefined ? tokens : older(before)).execute();
      return rows.map(read);
    },
    revoke: (id, by) => database.transaction().execute((trx) => revoke(trx, { id, ...by, now: clock.now() })),
  };
}

/** Tokens with the account whose role caps them: one query, since each request of a program asks it. */
function tokensWithOwners(queries: Kysely<Database> | Transaction<Database>) {
  return (
    queries
      .selectFrom('api_tokens')
      // A node of an older version, which makes tokens while the nodes are replaced, knows no `owner_id`.
      .leftJoin('users', (join) =>
        join.on(sql<boolean>`users.id = coalesce(api_tokens.owner_id, substr(api_tokens.created_by, 6))`),
      )
      .select([
        'api_tokens.id',
        'api_tokens.name',
        'api_tokens.role',
        'api_tokens.created_by',
        'api_tokens.owner_id',
        'api_tokens.parent_id',
        'api_tokens.policy',
        'api_tokens.expires_at',
        'api_tokens.last_used_at',
        'api_tokens.revoked_at',
        'api_tokens.created_at',
        'users.id as owner',
        'users.role as owner_role',
        'users.disabled_at as owner_disabled_at',
        'users.must_change_password as owner_must_change_password',
      ])
  );
}

type TokenRow = Omit<Selectable<ApiTokenTable>, 'token_hash'> & {
  readonly owner: string | null;
  readonly owner_role: Role | null;
  readonly owner_disabled_at: Selectable<UserTable>['disabled_at'];
  readonly owner_must_change_password: 0 | 1 | null;
};

function tokenOf(row: TokenRow, now: number): ApiToken {
  const {
    owner: _,
    owner_role: ownerRole,
    owner_disabled_at: ownerDisabledAt,
    owner_must_change_password: mustChangePassword,
    ...token
  } = row;
  const hasEnded = token.revoked_at !== null || token.expires_at <= now;
  const isHeld = ownerDisabledAt !== null || mustChangePassword === 1;
  return { ...token, effectiveRole: hasEnded || isHeld ? undefined : cappedRole(token, ownerRole) };
}

function cappedRole(token: Omit<ApiToken, 'effectiveRole'>, ownerRole: Role | null): Role | undefined {
  if (ownerRole !== null) return hasRole(ownerRole, token.role) ? token.role : ownerRole;
  // Made by `npm run token`, or with such a token.
  const isOfNoAccount =
    token.owner_id === null && (token.parent_id !== null || !/^(user|token):/.test(token.created_by));
  return isOfNoAccount ? token.role : undefined;
}

async function makeBy(
  trx: Transaction<Database>,
  token: NewApiToken,
  { maker, now }: { readonly maker: Principal; readonly now: number },
): Promise<MadeApiToken | undefined> {
  const actor = actorOf(maker);
  if (maker.kind === 'user') return insert(trx, token, { actor, now, ownerId: maker.id });
  await takeTurn(trx, TOKENS);
  const parent = await findById(trx, maker.id);
  if (parent === undefined || tokenOf(parent, now).effectiveRole === undefined) return undefined;
  const expiresAt = Math.min(token.expiresAt, parent.expires_at);
  return insert(trx, { ...token, expiresAt }, { actor, now, ownerId: parent.owner_id, parentId: parent.id });
}

interface Making {
  readonly actor: Actor;
  readonly now: number;
  readonly ownerId?: string | null;
  readonly parentId?: string;
}

async function insert(
  trx: Transaction<Database>,
  { name, role, policy, expiresAt }: NewApiToken,
  { actor, now, ownerId = null, parentId }: Making,
): Promise<MadeApiToken> {
  const secret = makeSecret('gv_');
  const id = newId();
  await trx
    .insertInto('api_tokens')
    .values({
      id,
      name,
      token_hash: hashSecret(secret),
      role,
      created_by: actor.id,
      owner_id: ownerId,
      parent_id: parentId ?? null,
      policy: storedPolicy(policy),
      expires_at: expiresAt,
      created_at: now,
    })
    .execute();
  await recordAudit(trx, {
    actor,
    action: 'token.make',
    target: `token:${id}`,
    change: {
      name,
      role,
      ...(policy === undefined ? {} : { policy }),
      expires_at: new Date(expiresAt).toISOString(),
    },
    at: now,
  });
  const made = await findById(trx, id);
  if (made === undefined) throw new Error('an API token that was made is there');
  return { token: tokenOf(made, now), secret };
}

/** Empty for a token that belongs to no account. */
async function accountOf(
  database: Kysely<Database>,
  { id, kind }: Pick<Principal, 'id' | 'kind'>,
): Promise<string> {
  return kind === 'user' ? id : ((await findById(database, id))?.owner ?? '');
}

function findById(queries: Kysely<Database> | Transaction<Database>, id: string) {
  return tokensWithOwners(queries).where('api_tokens.id', '=', id).executeTakeFirst();
}

async function revoke(
  trx: Transaction<Database>,
  { id, actor, ownerId, now }: { id: string; actor: Actor; ownerId?: string | undefined; now: number },
): Promise<boolean> {
  await takeTurn(trx, TOKENS);
  const token = await findById(trx, id);
  if (token === undefined || (ownerId !== undefined && token.owner !== ownerId)) return false;
  const revoked = await trx
    .withRecursive('family', (family) =>
      family
        .selectFrom('api_tokens')
        .select('api_tokens.id')
        .where('api_tokens.id', '=', id)
        .union((children) =>
          children
            .selectFrom('api_tokens')
            .innerJoin('family', 'family.id', 'api_tokens.parent_id')
            .select('api_tokens.id'),
        ),
    )
    .updateTable('api_tokens')
    .set({ revoked_at: now })
    .where('id', 'in', (eb) => eb.selectFrom('family').select('family.id'))
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute();
  if (revoked.length === 0) return true;
  const withIt = revoked.map((row) => row.id).filter((other) => other !== id);
  await recordAudit(trx, {
    actor,
    action: 'token.revoke',
    target: `token:${id}`,
    change: { name: token.name, role: token.role, ...(withIt.length === 0 ? {} : { made_with_it: withIt }) },
    at: now,
  });
  return true;
}
