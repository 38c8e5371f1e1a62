import type { Calendar, CalendarWindow } from '../../core/calendars/calendar.ts';
import type { Mutable } from '../../core/objects.ts';
import { objects, type Read } from '../reads/read.ts';
import { storedJson } from '../rows/stored-json.ts';

/** The SQL that differs between the databases. */
export interface CalendarSql {
  /** The schema with a dot, or nothing. */
  readonly schema: string;
  /** How a parameter begins. */
  readonly mark: string;
  /** The elements of the JSON array in a parameter, as `value`. */
  eachText(parameter: string): string;
  /** How rows are locked. Absent where nobody else writes. */
  readonly locks?: {
    /** A statement that makes other changes of calendars wait. */
    readonly changes: string;
    /** The end of a SELECT: nobody changes its rows until the transaction ends. */
    readonly keep: string;
    /** The end of a SELECT: waits until nobody keeps its rows. */
    readonly take: string;
  };
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly windows: string;
  readonly created_by: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

const COLUMNS = 'id, name, timezone, windows, created_by, created_at, updated_at';

/** The operations on calendars in the SQL of one database: written once, and run by each store. */
export function createCalendarStatements({ schema, mark: m, eachText, locks }: CalendarSql) {
  const calendars = `${schema}calendars`;
  return {
    *findCalendars(ids: readonly string[], how: 'seen' | 'kept'): Read<readonly Calendar[]> {
      const end = how === 'kept' ? (locks?.keep ?? '') : '';
      const byId = `WHERE id IN (SELECT value FROM ${eachText(`${m}1`)}) ORDER BY id ${end}`;
      return (yield* objects(`SELECT ${COLUMNS} FROM ${calendars} ${byId}`, [JSON.stringify(ids)])).map(
        calendarOf,
      );
    },

    *lockCalendar(id: string): Read<Calendar | undefined> {
      if (locks !== undefined) yield* objects(locks.changes, []);
      const select = `SELECT ${COLUMNS} FROM ${calendars} WHERE id = ${m}1 ${locks?.take ?? ''}`;
      const [row] = yield* objects(select, [id]);
      return row === undefined ? undefined : calendarOf(row);
    },

    *saveCalendar(row: Calendar): Read<void> {
      yield* objects(
        `INSERT INTO ${calendars} (${COLUMNS}) VALUES (${m}1, ${m}2, ${m}3, ${m}4, ${m}5, ${m}6, ${m}7)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, timezone = excluded.timezone,
          windows = excluded.windows, created_by = excluded.created_by, updated_at = excluded.updated_at`,
        [
          row.id,
          row.name,
          row.timezone,
          JSON.stringify(row.windows),
          row.createdBy ?? null,
          row.createdAt,
          row.updatedAt,
        ],
      );
    },

    *removeCalendar(id: string): Read<void> {
      yield* objects(`DELETE FROM ${calendars} WHERE id = ${m}1`, [id]);
    },

    *jobsInCalendar(id: string, limit: number): Read<readonly string[]> {
      const rows = yield* objects(
        `SELECT id FROM ${schema}jobs WHERE calendar_id = ${m}1 AND deleted_at IS NULL ORDER BY id LIMIT ${m}2`,
        [id, limit],
      );
      return rows.map((row) => (row as { id: string }).id);
    },

    /** The uids of the jobs that are now planned earlier. Locks them in the order of their uids. */
    *wakeJobsInCalendar(id: string, now: number): Read<readonly number[]> {
      const rows = yield* objects(
        `UPDATE ${schema}jobs SET wake_at = ${m}2 WHERE uid IN (
          SELECT uid FROM ${schema}jobs WHERE calendar_id = ${m}1 AND deleted_at IS NULL AND status = 'active'
            AND (next_run_at IS NOT NULL OR next_slot_at IS NOT NULL) AND (wake_at IS NULL OR wake_at > ${m}2)
          ORDER BY uid ${locks === undefined ? '' : 'FOR NO KEY UPDATE'})
        RETURNING uid`,
        [id, now],
      );
      return rows.map((row) => (row as { uid: number }).uid);
    },

    *listCalendars(): Read<readonly Calendar[]> {
      return (yield* objects(`SELECT ${COLUMNS} FROM ${calendars} ORDER BY id`, [])).map(calendarOf);
    },
  };
}

function calendarOf(raw: unknown): Calendar {
  const row = raw as Row;
  const calendar: Mutable<Calendar> = {
    id: row.id,
    name: row.name,
    timezone: row.timezone,
    windows: storedJson('windows of calendars', row.windows) as readonly CalendarWindow[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
  if (row.created_by !== null) calendar.createdBy = row.created_by;
  return calendar;
}
