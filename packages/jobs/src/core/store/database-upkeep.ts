/** Who keeps PostgreSQL from removing dead rows: the owner of the oldest snapshot or transaction. */
export type HorizonHolder =
  | {
      /** `standby`: a query on a standby with `hot_standby_feedback`, without a slot. */
      readonly kind: 'session' | 'standby';
      readonly pid: number;
      readonly applicationName: string | undefined;
      readonly user: string | undefined;
      /** Such as `idle in transaction`. Undefined: the store's role may not see sessions of other roles. */
      readonly state: string | undefined;
    }
  | { readonly kind: 'replication_slot'; readonly name: string; readonly isActive: boolean }
  | { readonly kind: 'prepared_transaction'; readonly name: string; readonly user: string | undefined };

export interface Horizon {
  readonly holder: HorizonHolder;
  /** Transactions that began since. Dead rows of all of them stay. */
  readonly age: number;
  /** When the transaction of the holder began (ms). Undefined: unknown, as of a slot. */
  readonly since: number | undefined;
}

/** The database with the oldest transaction ids. */
export interface Wraparound {
  readonly database: string;
  /** Transactions since its oldest unfrozen one. */
  readonly age: number;
  /** From this age on, the server freezes rows by itself. */
  readonly freezeMaxAge: number;
}

/** A table that every run passes through. */
export interface TableUpkeep {
  readonly table: string;
  readonly liveRows: number;
  /** An estimate of the server. */
  readonly deadRows: number;
  /** Transactions since its oldest unfrozen one. */
  readonly age: number;
  /** By the server or by hand. Undefined: never. */
  readonly lastVacuumAt: number | undefined;
}

/** The state of PostgreSQL that decides how fast dead rows go away. */
export interface DatabaseUpkeep {
  readonly readAt: number;
  /** Undefined: nothing holds it. */
  readonly horizon: Horizon | undefined;
  readonly wraparound: Wraparound;
  readonly tables: readonly TableUpkeep[];
}

/** The server assigns no transaction ids beyond this age: it stops 3 million before the wraparound. */
export const WRAPAROUND_LIMIT = 2_144_483_647;

/** Most queries are shorter; the tables of the engine then grow by a minute of runs. */
const LONG_MS = 60_000;
/** Where the start of the holder is unknown: about a minute on a busy server. */
const LONG_AGE = 500_000;
/** The server freezes at once its limit; twice that means that it cannot keep up or is kept from it. */
const NEAR_FACTOR = 2;

/** Whether the holder of the horizon was old enough at the reading to slow the engine down. */
export function isHorizonLong({ age, since }: Horizon, readAt: number): boolean {
  return age >= LONG_AGE || (since !== undefined && readAt - since >= LONG_MS);
}

/** Whether the freezing of old rows has fallen behind. */
export function isWraparoundNear({ age, freezeMaxAge }: Wraparound): boolean {
  return age >= Math.min(freezeMaxAge * NEAR_FACTOR, (freezeMaxAge + WRAPAROUND_LIMIT) / 2);
}
