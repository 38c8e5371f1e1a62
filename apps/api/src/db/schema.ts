import type { Generated, Insertable, Kysely, Selectable, Transaction } from 'kysely';

/** Every table that both databases have. Times are integer milliseconds since the epoch; `null` is absent. */
export interface Database {
  users: UserTable;
  sessions: SessionTable;
  refresh_tokens: RefreshTokenTable;
  password_resets: PasswordResetTable;
  email_confirmations: EmailConfirmationTable;
  api_tokens: ApiTokenTable;
  audit: AuditTable;
  settings: SettingTable;
  listings: ListingTable;
  notifications: NotificationTable;
  search_changes: SearchChangeTable;
}

/** What a query runs on: the database, or a transaction of it. */
export type Queries = Kysely<Database> | Transaction<Database>;

export type Role = 'user' | 'operator' | 'admin';

export interface UserTable {
  readonly id: string;
  /** Unique whatever the case of its ASCII letters. */
  readonly email: string;
  readonly name: string;
  readonly password_hash: string;
  readonly role: Generated<Role>;
  readonly created_at: number;
  /** Null while the account is enabled. */
  readonly disabled_at: number | null;
  /** 1: its sessions may do nothing but change the password. */
  readonly must_change_password: Generated<0 | 1>;
  /** Null until the owner has shown that they receive mail at the address. */
  readonly email_confirmed_at: number | null;
  /** The last sign-in or refresh of any session; null for never. */
  readonly last_seen_at: number | null;
}

/** A login that lasts: named in its access tokens, and removed when it ends. */
export interface SessionTable {
  /** The `family` of its refresh tokens. */
  readonly id: string;
  readonly user_id: string;
  /** As of the last refresh; null when it began in a version that did not note it. */
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly created_at: number;
  /** The login or the last refresh. */
  readonly last_used_at: number;
  readonly expires_at: number;
}

export interface RefreshTokenTable {
  readonly id: string;
  readonly user_id: string;
  /** Shared by all tokens that descend from one login: a reused one revokes its family. */
  readonly family: string;
  readonly token_hash: string;
  readonly expires_at: number;
  readonly used_at: number | null;
  readonly revoked_at: number | null;
  readonly created_at: number;
}

/** A reset link that was given out, until it is used or expires. */
export interface PasswordResetTable {
  readonly token_hash: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly expires_at: number;
}

/** A token that was sent to an address, until it is used or a day old. */
export interface EmailConfirmationTable {
  readonly token_hash: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly expires_at: number;
}

export interface ApiTokenTable {
  readonly id: string;
  readonly name: string;
  readonly token_hash: string;
  readonly role: Role;
  /** A user's id, or the name of what made it, such as `cli`. */
  readonly created_by: string;
  /** The account whose role caps it; null for one that no account made. */
  readonly owner_id: string | null;
  /** The token that it was made with, and ends with. */
  readonly parent_id: string | null;
  /** Bounds on the jobs that it may make, as JSON. */
  readonly policy: string | null;
  readonly expires_at: number;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
  readonly created_at: number;
}

/** Append-only: the database refuses an UPDATE and a DELETE. */
export interface AuditTable {
  readonly id: Generated<number>;
  readonly at: number;
  /** `user:<id>`, `token:<id>`, or the name of what acted by itself, such as `cli`. */
  readonly actor: string;
  /** As it was then, for people. */
  readonly actor_name: string;
  /** Such as `user.role`: what it was done to, and what was done. */
  readonly action: string;
  /** Such as `user:<id>`. */
  readonly target: string;
  /** JSON. */
  readonly change: string | null;
}

export interface SettingTable {
  readonly key: string;
  readonly value: string;
}

export const CONDITIONS = ['new', 'like_new', 'good', 'fair', 'poor'] as const;

export type Condition = (typeof CONDITIONS)[number];

export interface ListingTable {
  /**
   * Rises with creation and is never used twice: breaks ties in paging, and is the key of the search index.
   */
  readonly seq: Generated<number>;
  readonly id: string;
  readonly seller_id: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly price_cents: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly condition: Condition;
  readonly location: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

export type NotificationStatus = 'pending' | 'sending' | 'sent' | 'failed';

export interface NotificationTable {
  readonly id: string;
  readonly user_id: string | null;
  readonly email: string;
  readonly template: string;
  /** A JSON object: what the template shows. */
  readonly data: string;
  readonly due_at: number;
  readonly status: Generated<NotificationStatus>;
  /** Set with `claimed_by` while `sending`. */
  readonly claimed_at: number | null;
  readonly claimed_by: string | null;
  readonly attempts: Generated<number>;
  readonly sent_at: number | null;
  readonly error: string | null;
  readonly message_id: string | null;
  readonly created_at: number;
}

/** A listing that was made, changed or removed since the search index last caught up. */
export interface SearchChangeTable {
  readonly seq: Generated<number>;
  /** `listings.seq`: it outlives the listing. */
  readonly listing_seq: number;
  readonly at: number;
}

export type UserRow = Selectable<UserTable>;
export type SessionRow = Selectable<SessionTable>;
export type ListingRow = Selectable<ListingTable>;
export type NotificationRow = Selectable<NotificationTable>;
export type NewListing = Insertable<ListingTable>;
