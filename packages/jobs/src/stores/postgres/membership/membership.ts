import { Worker } from 'node:worker_threads';
import { StoreError } from '../../../core/model/errors.ts';
import {
  type JoiningNode,
  type Membership,
  NO_OTHERS,
  type NodeListener,
  type Notice,
} from '../../../core/nodes/membership.ts';
import type { Recovery } from '../../../core/transactions/settle.ts';
import { threadFile } from '../../../package-file.ts';
import { unavailable } from '../connection/database-errors.ts';
import type { Statements } from '../connection/queries.ts';
import {
  CHANNEL,
  type ControlInput,
  type DeadNode,
  type FromControl,
  type ToControl,
} from './control-protocol.ts';
import { Notifier } from './notifier.ts';

export interface JoinDeps {
  readonly db: Statements;
  /** Breaks all connections of the node. */
  reset(): void;
  /** The URL of the control connection, which must not go through a pooler. */
  readonly url: string;
  /** The URL of the node's other connections. */
  readonly poolsUrl: string;
  readonly maxStallMs: number;
  /** Takes back the claims of dead nodes, and deletes their rows. */
  removeDead(nodes: readonly DeadNode[]): Promise<Recovery>;
  /** Reads the limits of types again, if the revision is new. Returns whether it has. Never rejects. */
  followLimits(revision: number): Promise<boolean>;
}

const ALIVE_EVERY_MS = 1_000;
/**
 * Orphans are claims of nodes without a row. They stay if the removal of a node skipped locked runs or lost
 * its answer. A node searches all live runs for them, at most 2 % of the time, but at least once a minute.
 */
const ORPHANS_EVERY_MS = 10_000;
const ORPHANS_SHARE = 0.02;
const ORPHANS_LONGEST_MS = 60_000;
/** The pause before it tries again to take back orphans that other transactions had locked. */
const LEFT_AGAIN_MS = 1_000;

/** Starts a node's control connection. Resolves when other nodes can see the node. */
export function join(deps: JoinDeps, node: JoiningNode, listener: NodeListener): Promise<Membership> {
  return new ControlThread(deps, node, listener).joined;
}

/** The main thread's side of a node's control thread. */
class ControlThread implements Membership {
  readonly #deps: JoinDeps;
  readonly #listener: NodeListener;
  readonly #worker: Worker;
  readonly #notifier: Notifier;
  readonly #ticking: NodeJS.Timeout;
  #others = NO_OTHERS;
  #removing: Promise<void> | undefined;
  #orphansTimer: NodeJS.Timeout | undefined;
  #hasOrphans = false;
  /** The node is leaving or has left: its listener gets no more calls. */
  #isLeaving = false;
  #isGone = false;
  #hasLeft: () => void = () => undefined;
  readonly joined: Promise<Membership>;

  constructor(deps: JoinDeps, node: JoiningNode, listener: NodeListener) {
    this.#deps = deps;
    this.#listener = listener;
    this.#notifier = new Notifier(node.id, (payloads) => deps.db.run(NOTIFY, [CHANNEL, payloads]));
    const { url, poolsUrl, maxStallMs } = deps;
    const workerData: ControlInput = { url, poolsUrl, node, maxStallMs, state: listener.state() };
    this.#worker = new Worker(threadFile('stores/postgres/membership/control-thread'), {
      workerData,
      name: 'control-connection',
    });
    this.#ticking = setInterval(() => this.#say({ kind: 'alive', state: listener.state() }), ALIVE_EVERY_MS);
    this.#ticking.unref();
    this.joined = new Promise((resolve, reject) => {
      let hasJoined = false;
      const failed = (error: StoreError) => {
        // If the node has joined, the thread has failed: the node is lost.
        if (hasJoined) {
          if (!this.#isLeaving) listener.degraded(`${error.message} (${String(error.cause)})`);
          return this.#isOver();
        }
        this.#isLeaving = true;
        this.#isGone = true;
        reject(error);
      };
      this.#worker.on('error', (cause) =>
        failed(new StoreError('unavailable', 'The control thread failed.', { cause })),
      );
      this.#worker.once('exit', () => {
        this.#isOver();
        failed(new StoreError('unavailable', 'The control thread ended.'));
      });
      this.#worker.on('message', (message: FromControl) => {
        if (message.kind === 'joined') {
          hasJoined = true;
          this.#lookForOrphansIn(ORPHANS_EVERY_MS / 2);
          resolve(this);
        } else if (message.kind === 'failed') failed(controlFailure(message));
        else this.#hear(message);
      });
    });
  }

  notify(notice: Notice): void {
    const { count, isWatching } = this.#others;
    if (notice.kind === 'events' ? isWatching : count > 0) this.#notifier.notify(notice);
  }

  watch(isWatching: boolean): void {
    this.#say({ kind: 'watch', isWatching });
  }

  async leave(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    clearTimeout(this.#orphansTimer);
    // Before any wait for the database: meanwhile the lease may end, and the thread with it.
    const left = new Promise<void>((resolve) => {
      this.#hasLeft = resolve;
    });
    await this.#notifier.flush();
    await this.#removing;
    this.#say({ kind: 'leave' });
    await left;
  }

  #hear(message: Exclude<FromControl, { kind: 'joined' | 'failed' }>): void {
    if (message.kind === 'left') {
      this.#isGone = true;
      // If the node still has claims, its thread runs until the process ends.
      if (message.isGone) void this.#worker.terminate();
      else this.#worker.unref();
      return this.#hasLeft();
    }
    if (message.kind === 'lost') return this.#isOver();
    if (this.#isLeaving) return undefined;
    switch (message.kind) {
      case 'notices':
        for (const notice of message.notices) this.#listener.notice(notice);
        return undefined;
      case 'others':
        this.#others = message.others;
        return this.#listener.others(message.others);
      case 'limits':
        return this.#followLimits(message.revision);
      case 'missed':
        return this.#listener.missed();
      case 'drain':
        return this.#listener.drain(message.drain);
      case 'lease':
        return this.#listener.lease(message.state);
      case 'pooled':
        return this.#listener.degraded(POOLED);
      case 'dead':
        return this.#removeDead(message.nodes);
      default:
        return message satisfies never;
    }
  }

  #followLimits(revision: number): void {
    void this.#deps.followLimits(revision).then((hasRead) => {
      if (hasRead && !this.#isLeaving) this.#listener.notice({ kind: 'wake' });
    });
  }

  #removeDead(nodes: readonly DeadNode[]): void {
    this.#removing ??= this.#deps
      .removeDead(nodes)
      .then(
        ({ left, effects: { paused = [], hasAlerts = false }, ...taken }) => {
          this.#hasOrphans = left > 0;
          if (this.#hasOrphans) this.#lookForOrphansIn(LEFT_AGAIN_MS);
          if (nodes.length + taken.recovered + taken.ended.length > 0)
            this.#listener.recovered({ nodes: nodes.length, ...taken, paused, hasAlerts });
        },
        // The database is unreachable, or the answer was lost. The next look tries again.
        () => {
          this.#hasOrphans = false;
          if (!this.#isLeaving)
            this.#listener.recovered({
              nodes: 0,
              recovered: 0,
              failed: 0,
              ended: [],
              paused: [],
              hasAlerts: true,
            });
        },
      )
      // An error of the listener must not stop the control thread's work.
      .catch(() => undefined)
      .finally(() => {
        this.#removing = undefined;
      });
  }

  #lookForOrphansIn(ms: number): void {
    clearTimeout(this.#orphansTimer);
    if (this.#isLeaving) return;
    this.#orphansTimer = setTimeout(async () => {
      const begun = performance.now();
      this.#removeDead([]);
      await this.#removing;
      const restMs = Math.max(ORPHANS_EVERY_MS, (performance.now() - begun) / ORPHANS_SHARE);
      if (!this.#hasOrphans) this.#lookForOrphansIn(Math.min(restMs, ORPHANS_LONGEST_MS));
    }, ms).unref();
  }

  /** The lease has ended or the thread has failed. Both have the same effect. */
  #isOver(): void {
    this.#hasLeft();
    clearInterval(this.#ticking);
    clearTimeout(this.#orphansTimer);
    if (this.#isGone) return;
    this.#isGone = true;
    // Open work may wait for a dead network. This node no longer owns that work.
    this.#deps.reset();
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#listener.lost();
  }

  #say(message: ToControl): void {
    this.#worker.postMessage(message);
  }
}

/** The error for a failure of the control connection. Its `cause` has the code. */
function controlFailure({ message, code }: Extract<FromControl, { kind: 'failed' }>): StoreError {
  return unavailable(Object.assign(new Error(message), { code }));
}

const NOTIFY = 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS sent (payload)';
const POOLED =
  'the control connection goes through a pooler that shares sessions, so this node notices a dead node only when its lease ends (15 s) and other changes within a second, and does not show events of other nodes; set DATABASE_DIRECT_URL to the URL of the server itself';
