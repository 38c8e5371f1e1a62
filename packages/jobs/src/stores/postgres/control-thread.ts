import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { NO_OTHERS, newestOf, type Others } from '../../core/membership.ts';
import { type ControlConnection, isSharedSession, openControlConnection } from './control-connection.ts';
import {
  BEAT_EVERY_MS,
  type BeatState,
  CHANNEL,
  type ControlInput,
  type FromControl,
  LEASE_MS,
  LOOK_EVERY_MS,
  POLL_EVERY_MS,
  type ToControl,
  type Told,
} from './control-protocol.ts';
import {
  BEAT,
  LEAVE,
  LOOK,
  NOTE_SERVER,
  REGISTER,
  SET_UP,
  seenNodeOf,
  TELL_OF_NODES,
  TRY_LOCK,
} from './control-statements.ts';
import { deadAmong, type Seen } from './look.ts';
import { toldIn } from './notices.ts';
import { versionsParam } from './type-keys.ts';

/**
 * The thread of a node's control connection: it keeps the lease, holds the lock that shows that the
 * process lives, listens to the others, and looks whether they live. Off the event loop, so that a busy one loses nothing.
 */
const port = parentPort;
if (port === null) throw new Error('This file runs in a thread of the PostgreSQL store only.');
const { url, node, state: firstState, maxStallMs } = workerData as ControlInput;
const types = versionsParam(node.types);

/** So long after a connection could not be made the next one is tried, and after a lock was not free. */
const AGAIN_MS = 200;
/** A look comes a little later than it could, so that two in a row are far enough apart. */
const SLACK_MS = 5;
/** The event loop stands still when it was not heard of for so long: it speaks once a second. */
const STALL_MS = 3_000;

let connection: ControlConnection | undefined;
let state = firstState;
let isWatching = false;
let hasJoined = false;
let hasLock = false;
/** Sessions don't last: no lock, nothing heard. */
let isPooled = false;
let backend: unknown;
let ended = false;
let others: Others = NO_OTHERS;
const seen: Seen = new Map();
/** All by the monotonic clock. `renewedAt` is from before the last renewal that succeeded was sent. */
let renewedAt = performance.now();
let heardAt = renewedAt;
let nextBeat = 0;
let nextLook = 0;
let wakeUp: () => void = () => undefined;
let leaseTimer = setTimeout(judgeLease, LEASE_MS);

port.on('message', (message: ToControl) => {
  heardAt = performance.now();
  switch (message.kind) {
    case 'alive':
      state = message.state;
      return undefined;
    case 'watch':
      return void watch(message.isWatching);
    case 'leave':
      return void leave();
    default:
      return message satisfies never;
  }
});
void run();

async function run(): Promise<void> {
  while (!ended) {
    try {
      connection ??= await connected();
      if (ended) return disconnect();
      await work(connection);
      if (!hasJoined && !ended) {
        hasJoined = true;
        tell({ kind: 'joined' });
      }
    } catch (error) {
      disconnect();
      if (!hasJoined) return end({ kind: 'failed', ...faultOf(error) });
    }
    await rest(connection === undefined ? AGAIN_MS : untilNext());
  }
}

/** A connection that hears the others. */
async function connected(): Promise<ControlConnection> {
  const made = await openControlConnection({
    url,
    heard: hear,
    lost() {
      if (connection !== made) return;
      disconnect();
      wakeUp();
    },
  });
  try {
    // The lease may be over by now: then the row is to lapse, and the connection to go.
    if (ended) throw new Error('it came too late');
    if (!hasJoined) await register(made);
    // First of all: who has seen the lock free waits for this.
    await beat(made);
    if (!isPooled) {
      await made.rows(SET_UP);
      await made.rows(`LISTEN ${CHANNEL}`);
    }
    backend = undefined;
    nextLook = 0;
    if (hasJoined) tell({ kind: 'missed' });
    return made;
  } catch (error) {
    made.drop();
    throw error;
  }
}

async function register(on: ControlConnection): Promise<void> {
  const { id, version, places, startedAt } = node;
  renewedAt = performance.now();
  await on.rows(REGISTER, [id, version, places, types, startedAt, LEASE_MS, JSON.stringify(beatState())]);
  // A server with no connection to spare for it has none of a pooler either.
  if (await isSharedSession(on, url).catch(() => false)) usePooled();
}

function disconnect(): void {
  connection?.drop();
  connection = undefined;
  hasLock = false;
}

/** What has come due: the heartbeat, the lock, a look at the others. */
async function work(on: ControlConnection): Promise<void> {
  if (performance.now() >= nextBeat) await beat(on);
  if (!hasLock && !isPooled) await takeLock(on);
  if (performance.now() >= nextLook) await look(on);
}

function untilNext(): number {
  const next = Math.min(nextBeat, nextLook) - performance.now();
  return Math.max(0, hasLock || isPooled ? next : Math.min(next, AGAIN_MS));
}

async function beat(on: ControlConnection): Promise<void> {
  const sentAt = performance.now();
  // A hung process must not keep its runs for ever.
  if (sentAt - heardAt > maxStallMs) {
    nextBeat = sentAt + LOOK_EVERY_MS;
    return;
  }
  const [row] = await on.rows(BEAT, [node.id, LEASE_MS, hasLock, isWatching, JSON.stringify(beatState())]);
  const [isThere, cancelled] = row as [boolean, string[]];
  if (!isThere) return end({ kind: 'lost' });
  renewedAt = sentAt;
  nextBeat = sentAt + (isPooled ? POLL_EVERY_MS : BEAT_EVERY_MS);
  if (cancelled.length > 0) tell({ kind: 'notices', notices: [{ kind: 'cancel', runIds: cancelled }] });
}

function beatState(): BeatState {
  const stalledMs = performance.now() - heardAt;
  return { ...state, stalledMs: stalledMs > STALL_MS ? Math.round(stalledMs) : 0 };
}

/** The others are to judge by the lock only while it is held: they are told at once. */
async function takeLock(on: ControlConnection): Promise<void> {
  const [row] = await on.rows(TRY_LOCK, [node.id]);
  if (row === undefined) return end({ kind: 'lost' });
  if (row[0] !== true) return;
  hasLock = true;
  await beat(on);
  if (!hasJoined) await tellOfNodes(on);
}

/** Whether the others live, and whether something is due that nobody told of. */
async function look(on: ControlConnection): Promise<void> {
  const sentAt = performance.now();
  const rows = await on.rows(LOOK, [types, node.id, isPooled]);
  const answeredAt = performance.now();
  const [first] = rows;
  if (first === undefined) throw new Error('the row of the server is gone');
  const [pid, isOther, isDue] = first;
  backend ??= pid;
  if (backend !== pid && !isPooled) usePooled();
  if (isOther === true) await on.rows(NOTE_SERVER);
  const nodes = rows.flatMap(seenNodeOf);
  const dead = deadAmong(nodes, seen, { sentAt, answeredAt });
  if (dead.length > 0) tell({ kind: 'dead', nodes: dead });
  know({
    count: nodes.length,
    isWatching: nodes.some((other) => other.isWatching),
    types: newestOf(nodes.map((seen) => seen.types)),
  });
  if (isDue === true) tell({ kind: 'notices', notices: [{ kind: 'wake' }] });
  const every = isPooled ? POLL_EVERY_MS : LOOK_EVERY_MS + SLACK_MS;
  // Alone, it looks with each heartbeat; whoever comes tells.
  nextLook = nodes.length === 0 && !isPooled ? nextBeat : answeredAt + every;
}

function know(now: Others): void {
  if (isDeepStrictEqual(now, others)) return;
  others = now;
  tell({ kind: 'others', others });
}

/** No lock can be held, and nothing is heard: the others judge by the lease, and this node asks. */
function usePooled(): void {
  isPooled = true;
  hasLock = false;
  nextBeat = 0;
  tell({ kind: 'pooled' });
}

function hear(payload: string): void {
  const told = toldIn(payload);
  if (told === undefined || told.from === node.id) return;
  if (told.notices.length > 0) return tell({ kind: 'notices', notices: told.notices });
  nextLook = 0;
  wakeUp();
}

function tellOfNodes(on: ControlConnection): Promise<unknown> {
  const told: Told = { from: node.id, notices: [] };
  return on.rows(TELL_OF_NODES, [CHANNEL, JSON.stringify(told)]);
}

async function watch(is: boolean): Promise<void> {
  isWatching = is;
  const on = connection;
  if (on === undefined) return;
  try {
    await beat(on);
    await tellOfNodes(on);
  } catch {
    // The next heartbeat tells.
    disconnect();
    wakeUp();
  }
}

async function leave(): Promise<void> {
  try {
    const [row] = (await connection?.rows(LEAVE, [node.id])) ?? [];
    if (row?.[0] === false) return tell({ kind: 'left', isGone: false });
  } catch {
    // The lock goes with the connection, and the lease is not renewed: the others see both.
  }
  end({ kind: 'left', isGone: true });
}

/** By itself, whatever a query is waiting for. */
function judgeLease(): void {
  const left = renewedAt + LEASE_MS - performance.now();
  if (left <= 0) return end({ kind: 'lost' });
  leaseTimer = setTimeout(judgeLease, left);
}

function end(message: FromControl): void {
  if (ended) return;
  ended = true;
  clearTimeout(leaseTimer);
  disconnect();
  const hasFailed = message.kind === 'lost' && !hasJoined;
  tell(hasFailed ? { kind: 'failed', ...faultOf('it did not answer in time') } : message);
  port?.close();
  wakeUp();
}

function tell(message: FromControl): void {
  port?.postMessage(message);
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ended ? 0 : ms);
    wakeUp = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function faultOf(error: unknown): { readonly message: string; readonly code: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message: error.message, code };
}
