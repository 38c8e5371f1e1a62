import { z } from 'zod';
import {
  type DatabaseUpkeep,
  type Horizon,
  isHorizonLong,
  isWraparoundNear,
  WRAPAROUND_LIMIT,
} from '../../core/store/database-upkeep.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';

const count = z.int();

const holderSchema = z.object({
  kind: z
    .enum(['session', 'standby', 'replication_slot', 'prepared_transaction'])
    .describe('standby: a query on a standby with hot_standby_feedback'),
  pid: count.nullable().describe('Of a session: pg_terminate_backend(pid) ends it'),
  name: z
    .string()
    .nullable()
    .describe('The application name of a session, the name of a slot, or the id of a prepared transaction'),
  user: z.string().nullable(),
  state: z
    .string()
    .nullable()
    .describe(
      'Of a session, such as idle in transaction; of a slot: active or inactive. null: a session of another role, which the role of this server may not see without pg_monitor',
    ),
});

const horizonSchema = z.object({
  age: count.describe('Transactions that began since. The rows that they removed stay as dead rows'),
  since: instantSchema.nullable().describe('When the transaction of the holder began; null: unknown'),
  is_long: z
    .boolean()
    .describe('true: had been held for a minute or 500,000 transactions, when the server read it'),
  holder: holderSchema,
});

/** The state of the PostgreSQL that the jobs are in. */
export const databaseSchema = z.object({
  read_at: instantSchema.describe(
    'When the server read it: at most a minute ago, or earlier if reading fails',
  ),
  horizon: horizonSchema
    .nullable()
    .describe('Who holds the oldest snapshot or transaction, so that dead rows stay; null: nobody'),
  wraparound: z.object({
    database: z.string().describe('The database with the oldest transaction ids'),
    age: count.describe('Transactions since its oldest unfrozen one'),
    freeze_max_age: count.describe('The age from which the server freezes rows by itself'),
    limit: count.describe('The age from which the server refuses all writes'),
    is_near: z
      .boolean()
      .describe('true: twice freeze_max_age is reached, or the middle between it and the limit'),
  }),
  tables: z
    .array(
      z.object({
        table: z.string(),
        live_rows: count.describe('An estimate of the server'),
        dead_rows: count.describe('An estimate of the server'),
        age: count.describe('Transactions since its oldest unfrozen one'),
        last_vacuum_at: instantSchema.nullable(),
      }),
    )
    .describe('The tables that every run passes through'),
});

export type DatabaseJson = z.output<typeof databaseSchema>;

export function databaseJson(upkeep: DatabaseUpkeep): DatabaseJson {
  const { readAt, horizon, wraparound, tables } = upkeep;
  return {
    read_at: instantJson(readAt),
    horizon: horizon === undefined ? null : horizonJson(horizon, readAt),
    wraparound: {
      database: wraparound.database,
      age: wraparound.age,
      freeze_max_age: wraparound.freezeMaxAge,
      limit: WRAPAROUND_LIMIT,
      is_near: isWraparoundNear(wraparound),
    },
    tables: tables.map(({ table, liveRows, deadRows, age, lastVacuumAt }) => ({
      table,
      live_rows: liveRows,
      dead_rows: deadRows,
      age,
      last_vacuum_at: instantJson(lastVacuumAt),
    })),
  };
}

function horizonJson(horizon: Horizon, readAt: number): NonNullable<DatabaseJson['horizon']> {
  const { age, since } = horizon;
  return {
    age,
    since: instantJson(since),
    is_long: isHorizonLong(horizon, readAt),
    holder: holderJson(horizon),
  };
}

function holderJson({ holder }: Horizon): NonNullable<DatabaseJson['horizon']>['holder'] {
  switch (holder.kind) {
    case 'replication_slot':
      return {
        kind: holder.kind,
        pid: null,
        name: holder.name,
        user: null,
        state: holder.isActive ? 'active' : 'inactive',
      };
    case 'prepared_transaction':
      return { kind: holder.kind, pid: null, name: holder.name, user: holder.user ?? null, state: null };
    case 'session':
    case 'standby':
      return {
        kind: holder.kind,
        pid: holder.pid,
        name: holder.applicationName ?? null,
        user: holder.user ?? null,
        state: holder.state ?? null,
      };
    default:
      return holder satisfies never;
  }
}
