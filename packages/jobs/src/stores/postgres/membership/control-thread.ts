import { parentPort, workerData } from 'node:worker_threads';
import { LEASE_MS, type LeaseKnown } from '../../../core/nodes/lease.ts';
import { endThread } from '../../../end-thread.ts';
import { codeOf } from '../connection/database-errors.ts';
import { versionsParam } from '../rows/type-keys.ts';
import { ControlConnection, faultOf, isSharedSession } from './control-connection.ts';
import {
  BEAT_EVERY_MS,
  CHANNEL,
  type ControlInput,
  drainIn,
  type FromControl,
  LOOK_EVERY_MS,
  type NoticeMessage,
  POLL_EVERY_MS,
  type ToControl,
} from './control-protocol.ts';
import { LEAVE, NOTIFY_NODES, REGISTER, SET_UP, TRY_LOCK } from './control-statements.ts';
import { InterruptibleSleep } from './interruptible-sleep.ts';
import { NodeLease } from './node-lease.ts';
import { messageIn } from './notifier.ts';
import { OtherNodes } from './other-nodes.ts';
import { SpareConnection } from './spare-connection.ts';

/**
 * The thread of a node's control connection. It renews the lease, holds the lock that shows that the process
 * lives, receives notices and checks the other nodes. A blocked main thread does not delay it.
 */
const port = parentPort;
if (port === null) throw new Error('This file runs in a thread of the PostgreSQL store only.');
const input = workerData as ControlInput;
const { url, poolsUrl, node } = input;

const NODES_CHANGED = JSON.stringify({ from: node.id, notices: [] } satisfies NoticeMessage);
/** The pause before it tries again to connect or to take its lock. */
const AGAIN_MS = 100;
/** A small delay, so that two looks in a row are always far enough apart. */
const SLACK_MS = 5;

let connection: ControlConnection | undefined;
/** A control connection that failed but may still be open. While it is open, it holds the lock. */
let failedConnection: ControlConnection | undefined;
let spare: SpareConnection | undefined;
/** A control connection works and renews the lease. */
let hasControl = false;
let hasJoined = false;
let hasLock = false;
let isLeaving = false;
/** A pooler shares sessions, so no lock lasts and no notice arrives. */
let isPooled = false;
let backend: unknown;
let ended = false;
const others = new OtherNodes(node, report);
let isWatching = false;
/** The drain of the node as its row has it. */
let drainText = node.drain === undefined ? null : JSON.stringify(node.drain);
/** An instant of the monotonic clock, like the next one. */
let nextBeat = 0;
let nextLook = 0;
const sleep = new InterruptibleSleep();
const lease = new NodeLease(input, (state) => {
  if (state === 'over') end({ kind: 'lost' });
  else report({ kind: 'lease', state });
});

port.on('message', (message: ToControl) => {
  lease.mainThreadAlive(message.kind === 'alive' ? message.state : undefined);
  if (message.kind === 'watch') void watch(message.isWatching);
  if (message.kind === 'leave') void leave();
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
        report({ kind: 'joined' });
        spare = new SpareConnection(poolsUrl, {
          needsSpare: () => !hasControl,
          useSpare,
          spareLost: (code) => code !== undefined && lease.serverSaid({ toSpare: code }),
        });
      }
    } catch (error) {
      keepFailedConnection();
      if (!hasJoined) return end({ kind: 'failed', ...faultOf(error) });
    }
    if (!ended) await sleep.for(connection === undefined ? AGAIN_MS : untilNext());
  }
}

/** Opens a connection that receives notices. */
async function connected(): Promise<ControlConnection> {
  const made = await opened();
  try {
    // If the lease has ended meanwhile, the row must expire and the connection must close.
    if (ended) throw new Error('it came too late');
    if (!hasJoined) await register(made);
    // The heartbeat comes first: nodes that saw the lock free wait for it.
    await beat(made);
    hasControl = true;
    lease.forgetSaid();
    failedConnection?.drop();
    failedConnection = undefined;
    if (!isPooled) {
      await made.rows(SET_UP);
      await made.rows(`LISTEN ${CHANNEL}`);
    }
    backend = undefined;
    nextLook = 0;
    if (hasJoined) report({ kind: 'missed' });
    return made;
  } catch (error) {
    made.drop();
    hasControl = false;
    throw error;
  }
}

async function opened(): Promise<ControlConnection> {
  try {
    const made = await ControlConnection.open({
      url,
      received,
      lost(code) {
        if (made === failedConnection) failedConnection = undefined;
        else if (made === connection) disconnect();
        else return;
        lease.controlLost(code);
        spare?.wake();
        sleep.wake();
      },
    });
    return made;
  } catch (error) {
    const code = codeOf(error);
    if (code !== undefined) lease.serverSaid({ onConnecting: code });
    throw error;
  }
}

async function register(on: ControlConnection): Promise<void> {
  const { id, version, places, types, startedAt, host = null, pid = null, release = null } = node;
  const declares = node.declares === undefined ? null : JSON.stringify(node.declares);
  const sentAt = performance.now();
  const values = [id, version, places, versionsParam(types), startedAt, LEASE_MS, lease.beatState()];
  await on.rows(REGISTER, [...values, host, pid, drainText, release, declares]);
  lease.renewed(sentAt);
  // If the server has no second connection to offer, there is no pooler either.
  if (await isSharedSession(on, url).catch(() => false)) usePooled();
}

function disconnect(): void {
  connection?.drop();
  forgetConnection();
}

function forgetConnection(): void {
  connection = undefined;
  hasControl = false;
  hasLock = false;
}

/**
 * Call it when the control connection has failed. The connection stays open until another one works, because
 * closing it would release the lock.
 */
function keepFailedConnection(): void {
  failedConnection = connection ?? failedConnection;
  forgetConnection();
  spare?.wake();
}

/** Does the work that is due: heartbeat, lock, a look at the other nodes. */
async function work(on: ControlConnection): Promise<void> {
  if (performance.now() >= nextBeat) await beat(on);
  if (!hasLock && !isPooled) await takeLock(on);
  if (performance.now() >= nextLook) await look(on);
}

function untilNext(): number {
  const next = Math.min(nextBeat, nextLook) - performance.now();
  return Math.max(0, hasLock || isPooled ? next : Math.min(next, AGAIN_MS));
}

async function beat(on: ControlConnection, over: LeaseKnown['renewedOver'] = 'control'): Promise<void> {
  const sentAt = performance.now();
  const renewed = await lease.renew(on, { over, holdsLock: over === 'control' && hasLock, isWatching });
  const everyMs = isPooled ? POLL_EVERY_MS : BEAT_EVERY_MS;
  if (over === 'control') nextBeat = sentAt + (renewed === undefined ? LOOK_EVERY_MS : everyMs);
  if (renewed === undefined) return;
  if (!renewed.isThere) return isLeaving ? undefined : end({ kind: 'lost' });
  const { cancelled, drain } = renewed;
  learnDrain(drain);
  if (cancelled.length > 0) report({ kind: 'notices', notices: [{ kind: 'cancel', runIds: cancelled }] });
}

/** Without a control connection, a node works as behind a pooler: it polls, because no notices arrive. */
async function useSpare(on: ControlConnection): Promise<void> {
  await beat(on, 'spare');
  if (!ended && !hasControl && performance.now() >= nextLook) await look(on, 'spare');
}

/** Sends a heartbeat at once: only while the node holds the lock, others may judge it by the lock. */
async function takeLock(on: ControlConnection): Promise<void> {
  const [row] = await on.rows(TRY_LOCK, [node.id]);
  if (row === undefined) return end({ kind: 'lost' });
  if (row[0] !== true) return;
  hasLock = true;
  await beat(on);
  if (!hasJoined) await on.rows(NOTIFY_NODES, [CHANNEL, NODES_CHANGED]);
}

/** Checks whether the other nodes live, and whether runs or jobs are due that no notice announced. */
async function look(on: ControlConnection, over: LeaseKnown['renewedOver'] = 'control'): Promise<void> {
  const getsNoNotices = isPooled || over === 'spare';
  const { pid, answeredAt } = await others.look(on, getsNoNotices);
  if (!getsNoNotices) {
    backend ??= pid;
    if (backend !== pid) usePooled();
  }
  const every = getsNoNotices ? POLL_EVERY_MS : LOOK_EVERY_MS + SLACK_MS;
  // A single node checks only at its heartbeats, because a joining node sends a notice.
  nextLook = others.count === 0 && !getsNoNotices ? nextBeat : answeredAt + every;
}

/** No lock lasts and no notice arrives: other nodes judge this one by its lease, and it polls. */
function usePooled(): void {
  isPooled = true;
  hasLock = false;
  nextBeat = 0;
  report({ kind: 'pooled' });
}

function received(payload: string): void {
  const message = messageIn(payload);
  if (message === undefined || message.from === node.id) return;
  // The row has the truth: the next heartbeat reads it.
  if (message.notices.some((notice) => notice.kind === 'node_drain' && notice.nodeId === node.id)) {
    nextBeat = 0;
    return sleep.wake();
  }
  if (message.notices.length > 0) return report({ kind: 'notices', notices: message.notices });
  nextLook = 0;
  sleep.wake();
}

function learnDrain(text: string | null): void {
  if (text === drainText) return;
  drainText = text;
  report({ kind: 'drain', drain: drainIn(text) });
}

async function watch(is: boolean): Promise<void> {
  isWatching = is;
  const on = connection;
  if (on === undefined) return;
  try {
    await beat(on);
    await on.rows(NOTIFY_NODES, [CHANNEL, NODES_CHANGED]);
  } catch {
    // The next heartbeat retries.
    keepFailedConnection();
    sleep.wake();
  }
}

async function leave(): Promise<void> {
  isLeaving = true;
  try {
    const [row] = (await (connection ?? spare?.connection)?.rows(LEAVE, [node.id])) ?? [];
    if (row?.[0] === false) {
      isLeaving = false;
      return report({ kind: 'left', isGone: false });
    }
  } catch {
    // Closing the connection releases the lock, and the lease is not renewed. Other nodes notice both.
  }
  end({ kind: 'left', isGone: true });
}

function end(message: FromControl): void {
  if (ended) return;
  ended = true;
  lease.end();
  disconnect();
  failedConnection?.drop();
  spare?.end();
  const hasFailed = message.kind === 'lost' && !hasJoined;
  report(hasFailed ? { kind: 'failed', ...faultOf('it did not answer in time') } : message);
  if (port !== null) endThread(port);
  sleep.wake();
}

function report(message: FromControl): void {
  port?.postMessage(message);
}
