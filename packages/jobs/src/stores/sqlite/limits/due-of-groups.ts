import type { LiveRun } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { RoomOfGroup } from '../../../core/transactions/limits/limit-tables.ts';
import { numberOf } from '../../rows/first-column.ts';
import { startOrderOf } from '../../rows/queue-key.ts';
import { FREE_COLUMNS } from '../../rows/runs/run-row.ts';
import { freeRunOf, type KeyedRun, keyed, rowOf } from '../rows/run-rows.ts';
import type { Writer } from '../writer/writer.ts';

/** A run that a claim may take. */
export type DueRun = KeyedRun<Mutable<LiveRun>>;

export interface DueOfGroup {
  readonly row: DueRun;
  readonly room: RoomOfGroup;
}

interface Reading {
  readonly groups: readonly RoomOfGroup[];
  /** How many runs the claim takes. */
  readonly limit: number;
  readonly withSuspects: boolean;
  /** No more runs of a group are given out when it has no room. */
  hasRoom(room: RoomOfGroup): boolean;
}

/** The due runs of one key that were read, and that are left. */
interface Stream {
  readonly room: RoomOfGroup;
  readonly rows: readonly DueRun[];
  next: number;
  /** How many more to read then. 0: no more are due. */
  readonly readsNext: number;
}

/**
 * The due runs of groups in the order of their start. Reads a few runs of each group at first, and more of
 * those whose runs are taken: a group may have thousands.
 */
export function* dueOfGroups(
  w: Writer,
  { groups, limit, withSuspects, hasRoom }: Reading,
): Generator<DueOfGroup> {
  const rooms = groups.filter(hasRoom);
  const reads = Math.max(Math.ceil((2 * limit) / Math.max(rooms.length, 1)), 1);
  const free = firstOfKeys(w, FREE_OF_KEYS, rooms, reads);
  const suspects = withSuspects ? firstOfKeys(w, SUSPECTS_OF_KEYS, rooms, 1) : undefined;
  const streams: Stream[] = [];
  for (const room of rooms) {
    insert(streams, streamOf(room, free.get(room.key), reads));
    insert(streams, streamOf(room, suspects?.get(room.key)));
  }
  for (let stream = streams.pop(); stream !== undefined; stream = streams.pop()) {
    const { room, rows, readsNext } = stream;
    const row = rows[stream.next];
    if (row === undefined || !hasRoom(room)) continue;
    yield { row, room };
    stream.next += 1;
    if (stream.next < rows.length) insert(streams, stream);
    else if (readsNext > 0 && hasRoom(room))
      insert(streams, streamOf(room, nextOfKey(w, room.key, row, readsNext), readsNext));
  }
}

/** `asked`: how many rows were asked for, unless no more are needed. */
function streamOf(room: RoomOfGroup, rows: readonly DueRun[] = [], asked?: number): Stream {
  return { room, rows, next: 0, readsNext: rows.length === asked ? asked * 4 : 0 };
}

/** Keeps the streams in descending order: the last one has the run that starts first. */
function insert(streams: Stream[], stream: Stream): void {
  if (stream.rows.length === 0) return;
  let low = 0;
  let high = streams.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = streams[middle];
    if (other !== undefined && isAfter(other, stream)) low = middle + 1;
    else high = middle;
  }
  streams.splice(low, 0, stream);
}

function isAfter(one: Stream, other: Stream): boolean {
  const orders = orderOf(one) - orderOf(other);
  return orders === 0 ? (one.rows[one.next]?.id ?? 0) > (other.rows[other.next]?.id ?? 0) : orders > 0;
}

function orderOf({ room, rows, next }: Stream): number {
  return startOrderOf(room.queueKey, rows[next]?.run.availableAt ?? 0);
}

/** The first due runs of keys, in order. One statement: one for each key would take much longer. */
function firstOfKeys(
  w: Writer,
  sql: string,
  rooms: readonly RoomOfGroup[],
  limit: number,
): ReadonlyMap<number, DueRun[]> {
  const keys = JSON.stringify(rooms.map(({ key }) => key));
  const byKey = new Map<number, DueRun[]>();
  for (const row of w.db.arrays(sql).all(keys, w.unit.now, limit)) {
    const key = numberOf(rowOf<number[]>(row).slice(-1)) ?? 0;
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [dueRunOf(row)]);
    else rows.push(dueRunOf(row));
  }
  for (const rows of byKey.values())
    rows.sort((a, b) => a.run.availableAt - b.run.availableAt || a.id - b.id);
  return byKey;
}

function nextOfKey(w: Writer, key: number, { run, id }: DueRun, limit: number): DueRun[] {
  return w.db.arrays(NEXT_OF_KEY).all(key, w.unit.now, run.availableAt, id, limit).map(dueRunOf);
}

function dueRunOf(row: unknown): DueRun {
  return keyed(row, freeRunOf(row));
}

const due = (key: string) => `held = 0 AND node IS NULL AND type_key = ${key} AND available_at <= ?2`;
const columns = FREE_COLUMNS.split(', ').map((column) => `live_runs.${column}`);
const firstOf = (condition: string) => `SELECT ${columns.join(', ')}, keys.value
  FROM json_each(?1) AS keys CROSS JOIN live_runs ON live_runs.id IN (
    SELECT id FROM live_runs WHERE ${due('keys.value')} AND ${condition} ORDER BY available_at, id LIMIT ?3)`;
const FREE_OF_KEYS = firstOf('recoveries < 2');
const SUSPECTS_OF_KEYS = firstOf('recoveries >= 2');
const NEXT_OF_KEY = `SELECT ${FREE_COLUMNS} FROM live_runs
  WHERE ${due('?1')} AND (available_at, id) > (?3, ?4) AND recoveries < 2 ORDER BY available_at, id LIMIT ?5`;
