import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import { type Actor, recordAudit } from '../../db/audit.ts';
import type { LookUp } from '../../db/database.ts';
import { isUniqueViolation } from '../../db/errors.ts';
import { newId } from '../../db/ids.ts';
import { takeTurn } from '../../db/locks.ts';
import type { Database, Role, UserRow } from '../../db/schema.ts';
import type { CreatedPosition } from '../../rest/paging.ts';
import type { PasswordHasher } from '../passwords/passwords.ts';
import { makeSecret } from '../secrets/secrets.ts';
import { ADMINS, changeUser, type UserChange, type UserChangeOutcome } from './user-changes.ts';

export interface NewUser {
  /** In lower case. */
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

export interface FirstAdmin extends NewUser {
  /** True for a password that GreenVue generated and stored. */
  readonly mustChangePassword: boolean;
}

export interface CreatedUser extends Omit<NewUser, 'password'> {
  readonly role: Role;
}

/** Accounts of users. */
export interface Users {
  /**
   * Makes an account with the role `user` and an address to be confirmed; undefined when the e-mail has one
   * already.
   */
  register(user: NewUser): Promise<UserRow | undefined>;
  /** Makes the first admin; undefined when there is an admin. */
  makeFirstAdmin(user: FirstAdmin): Promise<UserRow | undefined>;
  /**
   * Makes an account without a known password: its owner sets one with a link. The address counts as
   * confirmed, because an admin vouches for it. Undefined when the e-mail has an account already.
   */
  create(user: CreatedUser, actor: Actor): Promise<UserRow | undefined>;
  hasAdmin(): Promise<boolean>;
  get(id: string): Promise<UserRow | undefined>;
  /** The account with this e-mail and password. Takes the same time if there is none. */
  checkPassword(email: string, password: string): Promise<UserRow | undefined>;
  /** Newest first. */
  list(page: {
    readonly before: CreatedPosition | undefined;
    readonly limit: number;
  }): Promise<readonly UserRow[]>;
  /** Takes effect at once. Refuses to disable or demote the last enabled admin. */
  change(id: string, change: UserChange, actor: Actor): Promise<UserChangeOutcome>;
}

export interface UsersDeps {
  readonly database: Kysely<Database>;
  readonly lookUp: LookUp;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
}

export function createUsers(deps: UsersDeps): Users {
  const { database, lookUp } = deps;
  const get = lookUp(database.selectFrom('users').selectAll().where('id', '=', ''));
  return {
    get,
    register: (user) => register(deps, user),
    makeFirstAdmin: (user) => makeFirstAdmin(deps, user),
    create: (user, actor) => create(deps, user, actor),
    hasAdmin: async () => {
      const admin = await database
        .selectFrom('users')
        .select('id')
        .where('role', '=', 'admin')
        .limit(1)
        .executeTakeFirst();
      return admin !== undefined;
    },
    checkPassword: (email, password) => checkPassword(deps, email, password),
    list: ({ before, limit }) => {
      const users = database
        .selectFrom('users')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (before === undefined) return users.execute();
      return users
        .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(before.createdAt, before.id)))
        .execute();
    },
    change: (id, change, actor) =>
      database.transaction().execute((trx) => changeUser(trx, { id, change, actor, at: deps.clock.now() })),
  };
}

async function register(deps: UsersDeps, user: NewUser): Promise<UserRow | undefined> {
  const row = {
    ...(await newRow(deps, user)),
    role: 'user' as const,
    must_change_password: 0 as const,
    email_confirmed_at: null,
  };
  const actor = { id: `user:${row.id}`, name: row.email };
  return insert(deps, row, { actor, action: 'user.register' });
}

async function create(
  deps: UsersDeps,
  { role, ...user }: CreatedUser,
  actor: Actor,
): Promise<UserRow | undefined> {
  // Nobody knows it.
  const password = makeSecret('gvp_');
  const made = await newRow(deps, { ...user, password });
  const row = { ...made, role, must_change_password: 0 as const, email_confirmed_at: made.created_at };
  return insert(deps, row, { actor, action: 'user.create' });
}

/** Undefined when the e-mail has an account already. */
async function insert(
  { database }: UsersDeps,
  row: UserRow,
  record: { readonly actor: Actor; readonly action: string },
): Promise<UserRow | undefined> {
  try {
    await database.transaction().execute(async (trx) => {
      await trx.insertInto('users').values(row).execute();
      const change = { email: row.email, name: row.name, role: row.role };
      await recordAudit(trx, { ...record, target: `user:${row.id}`, change, at: row.created_at });
    });
  } catch (error) {
    if (isUniqueViolation(error)) return undefined;
    throw error;
  }
  return row;
}

async function makeFirstAdmin(deps: UsersDeps, user: FirstAdmin): Promise<UserRow | undefined> {
  const { database } = deps;
  const made = await newRow(deps, user);
  const row = {
    ...made,
    // The operator of the server configured the address.
    email_confirmed_at: made.created_at,
    role: 'admin' as const,
    must_change_password: user.mustChangePassword ? (1 as const) : (0 as const),
  };
  return database.transaction().execute(async (trx) => {
    await takeTurn(trx, ADMINS);
    const admin = await trx
      .selectFrom('users')
      .select('id')
      .where('role', '=', 'admin')
      .limit(1)
      .executeTakeFirst();
    if (admin !== undefined) return undefined;
    await trx.insertInto('users').values(row).execute();
    await recordAudit(trx, {
      actor: { id: 'system', name: 'system' },
      action: 'user.first_admin',
      target: `user:${row.id}`,
      change: { email: row.email, role: row.role },
      at: row.created_at,
    });
    return row;
  });
}

async function newRow({ hasher, clock }: UsersDeps, user: NewUser) {
  const hash = await hasher.hash(user.password);
  return {
    id: newId(),
    email: user.email,
    name: user.name,
    password_hash: hash,
    created_at: clock.now(),
    disabled_at: null,
    last_seen_at: null,
  };
}

async function checkPassword(deps: UsersDeps, email: string, password: string): Promise<UserRow | undefined> {
  const { database, hasher } = deps;
  const user = await database.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
  const right = await hasher.verify(password, user?.password_hash);
  if (user === undefined || !right) return undefined;
  return hasher.isOutdated(user.password_hash) ? rehash(deps, user, password) : user;
}

/**
 * Stores the password's hash at today's cost. If the account has got another hash meanwhile, checks that one.
 */
async function rehash(
  { database, hasher }: UsersDeps,
  user: UserRow,
  password: string,
): Promise<UserRow | undefined> {
  const hash = await hasher.hash(password);
  const updated = await database
    .updateTable('users')
    .set({ password_hash: hash })
    .where('id', '=', user.id)
    .where('password_hash', '=', user.password_hash)
    .returningAll()
    .executeTakeFirst();
  if (updated !== undefined) return updated;
  const current = await database.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirst();
  const isRight = current !== undefined && (await hasher.verify(password, current.password_hash));
  return isRight ? current : undefined;
}
