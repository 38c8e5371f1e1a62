import type { Clock } from '../../core/clock.ts';
import { refuseOpen, StoreError } from '../../core/model/errors.ts';
import type { JoiningNode, Membership, NodeListener } from '../../core/nodes/membership.ts';
import type { JobStore } from '../../core/store/store.ts';
import { type Recovery, recoverDead } from '../../core/transactions/settle.ts';
import { MAX_LIVE_RUNS, MAX_RUNS_PUT_OFF } from '../rows/bounds.ts';
import { Database } from './connection/database.ts';
import { DatabaseClock } from './connection/database-clock.ts';
import { storeInTransaction } from './in-transaction.ts';
import { GroupMaker } from './limits/group-maker.ts';
import type { DeadNode } from './membership/control-protocol.ts';
import { join } from './membership/membership.ts';
import { drainNode, listNodes } from './membership/nodes.ts';
import { createAlerts } from './methods/alerts.ts';
import { createCalendars } from './methods/calendars.ts';
import { createCheckpoints } from './methods/checkpoints.ts';
import { createCommands } from './methods/commands.ts';
import { createLimits } from './methods/limits.ts';
import { createPasses } from './methods/passes.ts';
import { createReads } from './methods/reads.ts';
import { createSecrets } from './methods/secrets.ts';
import { type Parts, Writes } from './methods/writes.ts';
import { migrate } from './migrate.ts';
import type { Shortcuts } from './shortcuts/shortcuts.ts';
import { Shared } from './tables/shared.ts';
import { runIn } from './tables/tables.ts';
import type { Unit } from './tables/unit.ts';
import { readUpkeep } from './upkeep/read-upkeep.ts';
import { Vacuum, vacuumPassed } from './upkeep/vacuum.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. The store owns the schema `greenvue_jobs` in it. */
  readonly url: string;
  /**
   * If `url` goes through a pooler: a URL that does not. It is for the control connection, and for the
   * connection that adds values of limits.
   */
  readonly directUrl?: string;
  /** How long the event loop may block before the node gives up its runs (ms, default 60,000). */
  readonly maxStallMs?: number;
  /**
   * The most connections for work (default 6, at least 3): two for passes, the others for commands and reads.
   * The store opens a few more: see docs/scaling.md.
   */
  readonly connections?: number;
  /**
   * The most live runs of a job (default 100,000, at least 4). Above this limit, triggers are refused and
   * slots are skipped (P7, overlap).
   */
  readonly maxLiveRuns?: number;
  /**
   * The most runs with a future `run_at` that a job may have (default 10,000, at least 4); see P15, run now.
   */
  readonly maxRunsPutOff?: number;
}

export interface PostgresStoreOptions extends PostgresOptions {
  readonly clock: Clock;
  /** For tests: uses `clock` instead of the database's clock (P17, clock). */
  readonly ownClock?: boolean;
  /** Shortcuts to turn off (`false`), for tests and benchmarks. */
  readonly shortcuts?: Partial<Shortcuts>;
}

const CONNECTIONS = 6;
const FOR_PASSES = 2;
/** The connections that commands leave free for reads, because all commands may wait for locks. */
const KEPT_FREE = 1;
const STATEMENT_MS = 30_000;
const MAX_STALL_MS = 60_000;

/** The store in PostgreSQL, for one node or several. Its times are those of the database's clock. */
export function createPostgresStore(options: PostgresStoreOptions): JobStore {
  const {
    url,
    directUrl = url,
    clock,
    connections = CONNECTIONS,
    ownClock = false,
    shortcuts = {},
  } = options;
  const { maxLiveRuns = MAX_LIVE_RUNS, maxRunsPutOff = MAX_RUNS_PUT_OFF } = options;
  const databaseClock = new DatabaseClock(clock);
  const now = () => (ownClock ? clock.now() : databaseClock.now());
  const ownNow = () => (ownClock ? clock.now() : undefined);
  const how = { url, statementMs: STATEMENT_MS, clock: databaseClock };
  // For passes, and for single-statement commands of an idle node. Slow reads do not delay runs.
  const passes = new Database({ ...how, max: FOR_PASSES, min: 1 });
  const shareable = Math.max(connections - FOR_PASSES, 1);
  const db = new Database({ ...how, max: shareable });
  // A separate connection, so that no read and no close waits for a vacuum. No `statementMs`: the server
  // would continue a vacuum that the client gave up.
  const vacuums = new Database({ url, max: 1 });
  // Its callers hold a connection while they wait for this one. They could hold all connections of a pooler.
  const limitGroups = new Database({ ...how, url: directUrl, max: 1 });
  const groups = new GroupMaker(limitGroups);
  const shared = new Shared(db, { maxLiveRuns, maxRunsPutOff, shortcuts, groups });
  const maxCommands = Math.max(shareable - KEPT_FREE, 1);
  const writes = new Writes({ passes, commands: db, maxCommands, shared, ownNow });
  const joined = new Set<string>();
  const parts: Parts = { db, writes, shared, joined, now, ownNow };
  const vacuum = new Vacuum(clock, () => vacuumPassed(vacuums));
  let isOpen = false;
  const close = async () => {
    if (writes.isClosed) return;
    databaseClock.stop();
    await writes.close();
    await shared.counts.close();
    vacuums.reset();
    await Promise.all([passes, db, limitGroups, vacuums].map((each) => each.close()));
  };
  return {
    async open() {
      if (writes.isClosed) throw new StoreError('unavailable', CLOSED);
      refuseOpen(isOpen);
      isOpen = true;
      try {
        await migrated(url);
        if (!ownClock) await databaseClock.start(db);
        await shared.limits.load(db);
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
    now,
    async join(node, listener) {
      const membership = await joinNodes(
        parts,
        { options, pools: [passes, db, limitGroups] },
        { node, listener },
      );
      joined.add(node.id);
      return membership;
    },
    listNodes: () => writes.tracked(() => listNodes(db)),
    drainNode: (input) => writes.beside((u) => drainNode(u, input)),
    readUpkeep: () => writes.tracked(() => readUpkeep(db)),
    check: () => writes.tracked(async () => void (await db.run(CHECK))),
    within: (tx) => storeInTransaction(tx, { shared, now }),
    ...createCommands(parts),
    ...createPasses(parts, vacuum),
    ...createReads(parts),
    ...createAlerts(parts),
    ...createSecrets(parts),
    ...createCheckpoints(parts),
    ...createCalendars(parts),
    ...createLimits(parts),
  };
}

/** A process that starts on a busy machine, with others, is slow to answer while it loads its code. */
const START_CONNECT_MS = 15_000;
const CLOSED = 'This store was closed, and can not be opened again. Call postgres(…) again for a new one.';

async function joinNodes(
  { db, writes, shared }: Parts,
  { options, pools }: { readonly options: PostgresStoreOptions; readonly pools: readonly Database[] },
  { node, listener }: { readonly node: JoiningNode; readonly listener: NodeListener },
): Promise<Membership> {
  const { url, directUrl = url, maxStallMs = MAX_STALL_MS } = options;
  // If the key is committed later, a caller's transaction with an older snapshot does not see it.
  const types = Object.entries(node.types);
  await Promise.all(types.map(([type, typeVersion]) => shared.types.ensure({ type, typeVersion })));
  const removeDead = (nodes: readonly DeadNode[]) => writes.beside((u) => removeDeadNodes(u, nodes));
  const reset = () => {
    for (const pool of pools) pool.reset();
  };
  const followLimits = (revision: number) =>
    writes.tracked(() => shared.limits.follow(revision, db)).catch(() => false);
  const deps = { db, reset, url: directUrl, poolsUrl: url, maxStallMs, removeDead, followLimits };
  return join(deps, node, listener);
}

/** Migrates on a separate connection, without a time limit for statements. */
async function migrated(url: string): Promise<void> {
  const db = new Database({ url, max: 1, connectMs: START_CONNECT_MS });
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
}

/** Finds and locks nothing. But a read-only server, such as a standby, refuses it. */
const CHECK = 'SELECT FROM greenvue_jobs.jobs WHERE uid = 0 FOR UPDATE';

/** Deletes dead nodes that have sent no heartbeat since they were found, and takes back their claims. */
async function removeDeadNodes(u: Unit, nodes: readonly DeadNode[]): Promise<Recovery> {
  await u.q.run(REMOVE_DEAD, [nodes.map(({ id }) => id), nodes.map(({ beatAt }) => beatAt)]);
  return runIn(u, recoverDead(u, ''));
}

const REMOVE_DEAD = `DELETE FROM greenvue_jobs.nodes USING unnest($1::text[], $2::bigint[]) AS dead (id, beat_at)
  WHERE nodes.id = dead.id AND nodes.beat_at = dead.beat_at`;
