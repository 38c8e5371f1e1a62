import { type HorizonHolder, WRAPAROUND_LIMIT } from '../core/store/database-upkeep.ts';
import type { Figure, Sample } from './figure.ts';

const KINDS: readonly HorizonHolder['kind'][] = [
  'session',
  'standby',
  'replication_slot',
  'prepared_transaction',
];

/** The upkeep of PostgreSQL, read at most once a minute. No samples on SQLite. */
export const DATABASE_FIGURES: readonly Figure[] = [
  {
    name: 'job.database_horizon_age',
    help: 'Transactions since the oldest snapshot or transaction of the database, by the kind of its holder; 0 for the other kinds',
    kind: 'gauge',
    unit: '{transaction}',
    labels: ['holder'],
    read({ stats }) {
      if (stats?.database === undefined) return [];
      const { horizon } = stats.database;
      return KINDS.map((kind) => ({
        labels: { holder: kind },
        value: horizon?.holder.kind === kind ? horizon.age : 0,
      }));
    },
  },
  {
    name: 'job.database_horizon_held',
    help: 'Time for which the oldest snapshot or transaction of the database has been held; 0 when none is, or its start is unknown',
    kind: 'gauge',
    unit: 's',
    labels: [],
    read({ stats }) {
      if (stats?.database === undefined) return [];
      const { horizon, readAt } = stats.database;
      const heldMs = horizon?.since === undefined ? 0 : Math.max(readAt - horizon.since, 0);
      return [{ labels: {}, value: heldMs / 1_000 }];
    },
  },
  {
    name: 'job.database_freeze_age',
    help: 'Transactions since the oldest unfrozen one of any database of the server',
    kind: 'gauge',
    unit: '{transaction}',
    labels: [],
    read: ({ stats }) => one(stats?.database?.wraparound.age),
  },
  {
    name: 'job.database_freeze_max_age',
    help: 'The age from which the server freezes rows by itself (autovacuum_freeze_max_age)',
    kind: 'gauge',
    unit: '{transaction}',
    labels: [],
    read: ({ stats }) => one(stats?.database?.wraparound.freezeMaxAge),
  },
  {
    name: 'job.database_wraparound_limit',
    help: 'The age from which the server refuses all writes',
    kind: 'gauge',
    unit: '{transaction}',
    labels: [],
    read: ({ stats }) => one(stats?.database && WRAPAROUND_LIMIT),
  },
  {
    name: 'job.database_dead_rows',
    help: 'Dead rows of the tables that every run passes through, as the server estimates them',
    kind: 'gauge',
    unit: '{row}',
    labels: ['table'],
    read: ({ stats }) =>
      (stats?.database?.tables ?? []).map(({ table, deadRows }) => ({ labels: { table }, value: deadRows })),
  },
];

function one(value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}
