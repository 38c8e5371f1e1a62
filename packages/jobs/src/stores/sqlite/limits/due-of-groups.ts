import type { LiveRun } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { RoomOfGroup } from '../../../core/transactions/limits/limit-tables.ts';
import { startOrderOf } from '../../rows/queue-key.ts';
import { FREE_COLUMNS } from '../../rows/runs/run-row.ts';
import { freeRunOf, type KeyedRun, keyed } from '../rows/run-rows.ts';
import type { Writer } from '../writer/writer.ts';

/** A run that a claim may take. */
export type DueRun = KeyedRun<Mutable<LiveRun>>;

export interface DueOfGroup {
  readonly row: DueRun;
  readonly room: RoomOfGroup;
}

/** The due runs of one group that are read and not given out, in order. */
interface Stream {
  readonly room: RoomOfGroup;
  rows: readonly DueRun[];
  next: number;
  /** The start order of the next one. */
  order: number;
  /** More may be due. */
  isCut: boolean;
}

interface Reading {
  readonly groups: readonly RoomOfGroup[];
  /** How many runs the claim takes. */
  readonly limit: number;
  readonly withSuspects: boolean;
  /** No more runs of a group are given out when it has no room. */
  hasRoom(room: RoomOfGroup): boolean;
}

/**
 * The due runs of groups in the order of their start. Reads a few runs of each group at first, and more of those
 * whose runs are taken: a group may have thousands.
 */
export function* dueOfGroups(
  w: Writer,
  { groups, limit, withSuspects, hasRoom }: Reading,
): Generator<DueOfGroup> {
  const rooms = groups.filter(hasRoom);
  const first = Math.max(Math.ceil((2 * limit) / Math.max(rooms.length, 1)), 1);
  const streams: Stream[] = [];
  const add = (room: RoomOfGroup, rows: readonly DueRun[], isCut: boolean) => {
    const [head] = rows;
    if (head === undefined) return;
    insert(streams, { room, rows, next: 0, order: startOrderOf(room.queueKey, head.run.availableAt), isCut });
  };
  for (const room of rooms) {
    const most = Math.min(first, room.most);
    const rows = freeRuns(w, room.key, { after: BEFORE_ALL, limit: most });
    add(room, rows, rows.length === most);
    if (withSuspects) add(room, w.db.arrays(SUSPECT_OF_KEY).all(room.key, w.unit.now).map(dueRunOf), false);
  }
  for (let stream = streams.pop(); stream !== undefined; stream = streams.pop()) {
    const { room, rows } = stream;
    const row = rows[stream.next];
    if (row === undefined || !hasRoom(room)) continue;
    // The caller changes the run.
    const after = { at: row.run.availableAt, id: row.id };
    yield { row, room };
    if (!hasRoom(room)) continue;
    stream.next += 1;
    if (stream.next < rows.length) insert(streams, withOrder(stream));
    else if (stream.isCut) {
      const most = rows.length * 4;
      const more = freeRuns(w, room.key, { after, limit: most });
      add(room, more, more.length === most);
    }
  }
}

function withOrder(stream: Stream): Stream {
  const { room, rows, next } = stream;
  stream.order = startOrderOf(room.queueKey, rows[next]?.run.availableAt ?? 0);
  return stream;
}

/** Keeps the streams in descending order: the last one has the run that starts first. */
function insert(streams: Stream[], stream: Stream): void {
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
  if (one.order !== other.order) return one.order > other.order;
  return (one.rows[one.next]?.id ?? 0) > (other.rows[other.next]?.id ?? 0);
}

function freeRuns(
  w: Writer,
  key: number,
  { after, limit }: { readonly after: { readonly at: number; readonly id: number }; readonly limit: number },
): DueRun[] {
  return w.db.arrays(FREE_OF_KEY).all(key, w.unit.now, after.at, after.id, limit).map(dueRunOf);
}

function dueRunOf(row: unknown): DueRun {
  return keyed(row, freeRunOf(row));
}

const BEFORE_ALL = { at: Number.MIN_SAFE_INTEGER, id: 0 };
const OF_KEY = `SELECT ${FREE_COLUMNS} FROM live_runs
  WHERE held = 0 AND node IS NULL AND type_key = ? AND available_at <= ?`;
const FREE_OF_KEY = `${OF_KEY} AND (available_at, id) > (?, ?) AND recoveries < 2 ORDER BY available_at, id LIMIT ?`;
const SUSPECT_OF_KEY = `${OF_KEY} AND recoveries >= 2 ORDER BY available_at, id LIMIT 1`;
