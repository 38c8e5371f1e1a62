import type {
  DatabaseUpkeep,
  Horizon,
  HorizonHolder,
  TableUpkeep,
} from '../../../core/store/database-upkeep.ts';
import type { Statements } from '../connection/queries.ts';

interface HolderRow {
  readonly kind: HorizonHolder['kind'];
  readonly pid: number | null;
  readonly name: string | null;
  readonly who: string | null;
  readonly state: string | null;
  readonly active: boolean | null;
  readonly age: number;
  readonly since: number | null;
}

interface UpkeepRow {
  readonly now: number;
  readonly holder: HolderRow | null;
  readonly database: string;
  readonly age: number;
  readonly freeze_max_age: number;
  readonly tables: readonly (Omit<TableUpkeep, 'lastVacuumAt'> & { readonly lastVacuumAt: number | null })[];
}

/** Reads system views and no table, in a few milliseconds. It needs no privilege. */
export async function readUpkeep(db: Statements): Promise<DatabaseUpkeep> {
  const { now, holder, database, age, freeze_max_age, tables } = (await db.objects(UPKEEP))[0] as UpkeepRow;
  return {
    readAt: now,
    horizon: holder === null ? undefined : horizonOf(holder),
    wraparound: { database, age, freezeMaxAge: freeze_max_age },
    tables: tables.map((table) => ({ ...table, lastVacuumAt: table.lastVacuumAt ?? undefined })),
  };
}

function horizonOf({ age, since, ...row }: HolderRow): Horizon {
  return { holder: holderOf(row), age, since: since ?? undefined };
}

function holderOf({ kind, pid, name, who, state, active }: Omit<HolderRow, 'age' | 'since'>): HorizonHolder {
  const user = who ?? undefined;
  switch (kind) {
    case 'replication_slot':
      return { kind, name: name ?? '', isActive: active === true };
    case 'prepared_transaction':
      return { kind, name: name ?? '', user };
    default:
      return {
        kind,
        pid: pid ?? 0,
        applicationName: name === null || name === '' ? undefined : name,
        user,
        state: state ?? undefined,
      };
  }
}

const inMs = (time: string) => `floor(extract(epoch FROM ${time}) * 1000)::bigint`;

/**
 * The sessions of this database, and those without one, such as the senders of replication. A vacuum holds
 * nothing. Without `pg_read_all_stats`, state and start of another role's session are null.
 */
const SESSIONS = `SELECT CASE WHEN datid IS NULL THEN 'standby' ELSE 'session' END AS kind, activity.pid,
    application_name AS name, usename::text AS who, state, NULL::boolean AS active,
    greatest(age(backend_xmin), age(backend_xid)) AS age, xact_start AS since
  FROM pg_stat_activity AS activity
  WHERE (datid IS NULL OR datname = current_database()) AND coalesce(backend_xmin, backend_xid) IS NOT NULL
    AND activity.pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'
    AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum AS vacuum WHERE vacuum.pid = activity.pid)`;
const SLOTS = `SELECT 'replication_slot', active_pid, slot_name::text, NULL, NULL, active, age(xmin), NULL
  FROM pg_replication_slots WHERE xmin IS NOT NULL`;
const PREPARED = `SELECT 'prepared_transaction', NULL, gid, owner::text, NULL, NULL, age(transaction), prepared
  FROM pg_prepared_xacts WHERE database = current_database()`;

/** The tables that every run passes through. */
const TABLES = `SELECT json_agg(json_build_object('table', relname, 'liveRows', n_live_tup, 'deadRows', n_dead_tup,
    'age', age(relfrozenxid), 'lastVacuumAt', ${inMs('greatest(last_vacuum, last_autovacuum)')}) ORDER BY relname)
  FROM pg_stat_user_tables JOIN pg_class USING (relname)
  WHERE schemaname = 'greenvue_jobs' AND pg_class.oid = relid AND relname IN ('jobs', 'job_wakes', 'live_runs', 'runs')`;

const UPKEEP = `WITH holders AS (${SESSIONS} UNION ALL ${SLOTS} UNION ALL ${PREPARED})
  SELECT ${inMs('clock_timestamp()')} AS now,
    (SELECT json_build_object('kind', kind, 'pid', pid, 'name', name, 'who', who, 'state', state, 'active', active,
        'age', age, 'since', ${inMs('since')})
      FROM holders ORDER BY age DESC, since NULLS LAST LIMIT 1) AS holder,
    oldest.datname::text AS database, oldest.age, current_setting('autovacuum_freeze_max_age')::integer AS freeze_max_age,
    coalesce((${TABLES}), '[]') AS tables
  FROM (SELECT datname, age(datfrozenxid) AS age FROM pg_database ORDER BY 2 DESC LIMIT 1) AS oldest`;
