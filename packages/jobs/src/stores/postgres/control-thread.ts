import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import type { Notice } from '../../core/store.ts';
import {
  BEAT_EVERY_MS,
  CHANNEL,
  type ControlInput,
  type DeadNode,
  type FromControl,
  LEASE_MS,
  LOCK_CLASS,
  LOOK_EVERY_MS,
  type ToControl,
} from './control-protocol.ts';

/**
 * The thread of a node's control connection (section 7 of the design): it keeps the lease, holds the lock that shows that the
 * process lives, listens to the others, and looks whether they live. Off the event loop, so that a busy one loses nothing.
 */
const port = parentPort;
if (port === null) throw new Error('This file runs in a thread of the PostgreSQL store only.');
const { url, node, maxStallMs } = workerData as ControlInput;

let client: pg.Client | undefined;
/** By the monotonic clock, from before the last renewal that succeeded was sent. */
let renewedAt = performance.now();
let heardAt = performance.now();
let hasJoined = false;
let ended = false;
/** Locks that were seen free once: what was last heard of their nodes, and when that was. */
const seenFree = new Map<string, { readonly beatAt: number; readonly at: number }>();

function tell(message: FromControl): void {
  port?.postMessage(message);
}

port.on('message', (message: ToControl) => {
  heardAt = performance.now();
  if (message.kind === 'leave') void leave();
});

void run();

async function run(): Promise<void> {
  for (let next = 0; !ended; ) {
    try {
      client ??= await connected();
      if (performance.now() >= next && !isStalled()) {
        await beat(client);
        next = renewedAt + BEAT_EVERY_MS;
      }
      await look(client);
    } catch (error) {
      await client?.end().catch(() => undefined);
      client = undefined;
      if (!hasJoined) return end({ kind: 'failed', ...faultOf(error) });
    }
    if (hasJoined && performance.now() - renewedAt > LEASE_MS) return end({ kind: 'lost' });
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** A connection that holds the node's lock and hears the others; the node's row is there after it. */
async function connected(): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
  // The next statement fails, and connects anew.
  made.on('error', () => undefined);
  made.on('notification', ({ payload = '' }) => hear(payload));
  await made.connect();
  try {
    if (!hasJoined) await made.query(REGISTER, registration());
    const { rows } = await made.query(LOCK, [LOCK_CLASS, node.id]);
    if (rows.length === 0) end({ kind: 'lost' });
    await made.query(`LISTEN ${CHANNEL}`);
    if (!hasJoined) tell({ kind: 'joined' });
    hasJoined = true;
    return made;
  } catch (error) {
    await made.end().catch(() => undefined);
    throw error;
  }
}

function registration(): unknown[] {
  return [node.id, node.version, node.places, JSON.stringify(node.types), node.startedAt, LEASE_MS];
}

/** A hung process must not keep its runs for ever. */
function isStalled(): boolean {
  return performance.now() - heardAt > maxStallMs;
}

async function beat(on: pg.Client): Promise<void> {
  const sentAt = performance.now();
  const { rowCount } = await on.query(BEAT, [node.id, LEASE_MS]);
  if (rowCount === 0) return end({ kind: 'lost' });
  renewedAt = sentAt;
  const { rows } = await on.query({ text: ASKED_TO_STOP, values: [node.id], rowMode: 'array' });
  const runIds = rows.map((row: unknown[]) => String(row[0]));
  if (runIds.length > 0) tell({ kind: 'notice', notice: { kind: 'cancel', runIds } });
}

/** Whether the others live, and whether something is due that nobody told of. */
async function look(on: pg.Client): Promise<void> {
  const { rows } = await on.query({ text: LOOK, values: [node.id, LOCK_CLASS], rowMode: 'array' });
  const now = performance.now();
  const dead: DeadNode[] = [];
  const free = new Set<string>();
  for (const [id, beatText, isExpired, isFree] of rows as [string, string, boolean, boolean][]) {
    const beatAt = Number(beatText);
    if (isFree) free.add(id);
    const seen = seenFree.get(id);
    const isSeenTwice = isFree && seen?.beatAt === beatAt && now - seen.at >= LOOK_EVERY_MS;
    if (isExpired || isSeenTwice) dead.push({ id, beatAt });
    else if (isFree && seen?.beatAt !== beatAt) seenFree.set(id, { beatAt, at: now });
  }
  for (const id of seenFree.keys()) if (!free.has(id)) seenFree.delete(id);
  if (dead.length > 0) tell({ kind: 'dead', nodes: dead });
  if (rows.length === 0) return;
  const due = await on.query({ text: IS_DUE, rowMode: 'array' });
  if (due.rows[0]?.[0] === true) tell({ kind: 'notice', notice: { kind: 'wake' } });
}

function hear(payload: string): void {
  const { from, notice } = JSON.parse(payload) as { readonly from: string; readonly notice: Notice };
  if (from !== node.id) tell({ kind: 'notice', notice });
}

async function leave(): Promise<void> {
  try {
    await client?.query('DELETE FROM greenvue_jobs.nodes WHERE id = $1', [node.id]);
  } catch {
    // The lock goes with the connection, which tells the others as well.
  }
  end({ kind: 'left' });
}

function end(message: FromControl): void {
  if (ended) return;
  ended = true;
  tell(message);
  void client?.end().catch(() => undefined);
  port?.close();
}

function faultOf(error: unknown): { readonly message: string; readonly code: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message: error.message, code };
}

const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
const REGISTER = `INSERT INTO greenvue_jobs.nodes (id, version, places, types, started_at, beat_at, lease_until)
  SELECT $1, $2, $3, $4, $5, now_ms, now_ms + $6::bigint FROM (SELECT ${NOW} AS now_ms) AS clock
  ON CONFLICT (id) DO NOTHING`;
const LOCK = `SELECT pg_advisory_lock($1::integer, lock_key) FROM greenvue_jobs.nodes WHERE id = $2`;
const BEAT = `UPDATE greenvue_jobs.nodes SET beat_at = now_ms, lease_until = now_ms + $2::bigint
  FROM (SELECT ${NOW} AS now_ms) AS clock WHERE id = $1`;
const ASKED_TO_STOP = 'SELECT id FROM greenvue_jobs.live_runs WHERE node = $1 AND cancel IS NOT NULL';
/** For one lease after the server's start nobody is dead: all have to come back first. */
const LOOK = `SELECT id, beat_at::text,
    lease_until < ${NOW} AND has_run AS is_expired,
    has_run AND NOT EXISTS (SELECT FROM pg_locks
      WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = $2::bigint::oid AND objid = lock_key::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS is_free
  FROM greenvue_jobs.nodes, (SELECT clock_timestamp() - pg_postmaster_start_time() > '${LEASE_MS} ms' AS has_run) AS server
  WHERE id <> $1`;
const IS_DUE = `SELECT EXISTS (SELECT FROM greenvue_jobs.jobs WHERE wake_at IS NOT NULL AND wake_at <= ${NOW})
  OR EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE held = 'no' AND node IS NULL AND available_at <= ${NOW})`;
