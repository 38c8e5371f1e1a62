import { randomInt } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { checkedBy } from '../../core/commands.ts';
import { type AbortFlag, StoreError } from '../../core/errors.ts';
import type { JobDefinition } from '../../core/job.ts';
import type { JobStore } from '../../core/store.ts';
import type { CancelResult, CommandInput, CommandResult, InsertOutcome } from '../../core/store-commands.ts';
import type {
  ClaimInput,
  ClaimResult,
  PlanResult,
  SettleBatchResult,
  SettleInput,
} from '../../core/store-passes.ts';
import { command, insertJobs, onlyOne } from '../../core/transactions/commands.ts';
import { plan } from '../../core/transactions/plan.ts';
import { cancelRun, makeDue, report } from '../../core/transactions/run-commands.ts';
import {
  givenBackOf,
  type Recovery,
  reconcile,
  recover,
  recoveredOf,
  settle,
} from '../../core/transactions/settle.ts';
import type { InsertInput } from '../../core/transactions/tables.ts';
import { MAX_LIVE_RUNS, MAX_RUNS_PUT_OFF } from '../rows/bounds.ts';
import { claim } from './claims/claim.ts';
import { createBatcher } from './connection/batcher.ts';
import { connect } from './connection/database.ts';
import { createDatabaseClock } from './connection/database-clock.ts';
import { mayBeDone } from './connection/database-errors.ts';
import { createOrder } from './connection/ordered-section.ts';
import type { Queries } from './connection/queries.ts';
import { createWriteQueue } from './connection/write-queue.ts';
import { storeInTransaction } from './in-transaction.ts';
import { isAlone, type OpenedCommand, openCommand } from './locks/command-locks.ts';
import { type OpenedPlan, openPlan } from './locks/due-jobs.ts';
import type { DeadNode } from './membership/control-protocol.ts';
import { join } from './membership/membership.ts';
import { listNodes } from './membership/nodes.ts';
import { migrate } from './migrate.ts';
import { countHealth } from './reads/job-health-sql.ts';
import { getJob, listJobs } from './reads/read-jobs.ts';
import { getLogs, getRun, listRuns } from './reads/read-runs.ts';
import { jobHours, listAudit, stats } from './reads/read-stats.ts';
import { createTypeKeys } from './rows/type-keys.ts';
import { createDueIndexFloor } from './shortcuts/due-index-floor.ts';
import { SHARDS } from './shortcuts/hour-count-shards.ts';
import { createKnownClaims } from './shortcuts/known-claims.ts';
import { createKnownJobs } from './shortcuts/known-jobs.ts';
import { createTriggered } from './shortcuts/known-triggers.ts';
import { type OpenedMove, openMove } from './shortcuts/move-succeeded.ts';
import { triggerInOneStatement } from './shortcuts/trigger-in-one-statement.ts';
import { createLiveRunCap } from './tables/live-run-cap.ts';
import { runIn } from './tables/tables.ts';
import { createUnit, nextIds, type Shared, type Unit } from './tables/unit.ts';
import { prune } from './upkeep/prune.ts';
import { createVacuum, vacuumPassed } from './upkeep/vacuum.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`; the schema `greenvue_jobs` in it is the store's. */
  readonly url: string;
  /** For the control connection, which must not go through a pooler (`url`). */
  readonly directUrl?: string;
  /** The event loop may stand still so long before the node gives up its runs (60 s). */
  readonly maxStallMs?: number;
  readonly clock: Clock;
  /**
   * Connections at most (6), two of them for passes; three at least. The control connection is one more, as
   * is for a moment one that vacuums.
   */
  readonly connections?: number;
  /** In place of the database's clock (P17), for tests: times are those of `clock` then. */
  readonly ownClock?: boolean;
  /**
   * The most live runs of a job (default 100,000, at least 4); beyond them, triggers are refused and slots
   * skipped (P7).
   */
  readonly maxLiveRuns?: number;
  /** The most runs with a future `run_at` that a job may have (default 10,000, at least 4); see P15. */
  readonly maxRunsPutOff?: number;
}

const CONNECTIONS = 6;
const FOR_PASSES = 2;
/**
 * From this many settlements on, they are written beside the claims requested with them: two syncs then cost
 * less than the wait.
 */
const SETTLED_APART = 200;
const STATEMENT_MS = 30_000;
/** Connections that commands leave to reads, since all commands may have to wait for locks. */
const KEPT_FREE = 1;
const MAX_STALL_MS = 60_000;

/** The store that several nodes share: one PostgreSQL. Times are those of the database's clock. */
export function createPostgresStore(options: PostgresStoreOptions): JobStore {
  const { url, clock, connections = CONNECTIONS, ownClock = false, maxLiveRuns = MAX_LIVE_RUNS } = options;
  const { directUrl = url, maxStallMs = MAX_STALL_MS, maxRunsPutOff = MAX_RUNS_PUT_OFF } = options;
  /** Nodes of this process that may claim as long as they have a row. */
  const joined = new Set<string>();
  const databaseClock = createDatabaseClock(clock);
  const how = { url, statementMs: STATEMENT_MS, clock: databaseClock };
  // Of passes, and of commands that take their place on an idle node: no run waits for reads that take long.
  const passes = connect({ ...how, max: FOR_PASSES, min: 1 });
  const shareable = Math.max(connections - FOR_PASSES, 1);
  const db = connect({ ...how, max: shareable });
  // On a connection of its own: neither reads nor a close wait for it. Without `statementMs`: the server
  // would go on with what its client gave up.
  const vacuums = connect({ url, max: 1 });
  const now = () => (ownClock ? clock.now() : databaseClock.now());
  const shared: Shared = {
    types: createTypeKeys(db),
    liveRunCap: createLiveRunCap(maxLiveRuns),
    maxRunsPutOff,
    shard: randomInt(SHARDS),
    patience: { gaveUpAt: Number.NEGATIVE_INFINITY, sharedAt: Number.NEGATIVE_INFINITY },
    claims: createKnownClaims(),
    known: createKnownJobs(),
    triggered: createTriggered(),
    missed: { plans: false },
    priorities: { suspectAt: undefined, slotsHavePriority: false },
    due: { jobs: createDueIndexFloor(), runs: createDueIndexFloor() },
  };
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;
  // What was asked for before a close is done.
  const tracked = <T>(work: () => Promise<T>): Promise<T> => {
    if (isClosed) return Promise.reject(new StoreError('unavailable', 'The store is closed.'));
    const done = work();
    underWay.add(done);
    const forget = () => void underWay.delete(done);
    done.then(forget, forget);
    return done;
  };
  const writes = createWriteQueue({ passes, commands: db, maxCommands: Math.max(shareable - KEPT_FREE, 1) });
  /** Does work as a unit in a transaction, which `begin` makes. */
  const asUnit = async <T, Opened = undefined>(
    begin: (run: (q: Queries, begunAt: number, opened?: Opened) => Promise<T>) => Promise<T>,
    work: (u: Unit, opened?: Opened) => Promise<T>,
    of = shared,
  ): Promise<T> => {
    let last: Unit | undefined;
    const result = await begin((q, begunAt, opened) => {
      // What decides goes by the time of its transaction (P17).
      last = createUnit(q, of, ownClock ? clock.now() : begunAt);
      return work(last, opened);
    });
    for (const written of last?.onceWritten ?? []) written();
    return result;
  };
  const pass = <T, Opened = undefined>(
    work: (u: Unit, opened?: Opened) => Promise<T>,
    opening?: (q: Queries) => Promise<Opened>,
  ) => tracked(() => asUnit<T, Opened>((run) => writes.pass(run, opening), work));
  // It counts in a shard of its own, so that it and the pass beside it don't wait for each other's commit.
  const besidePasses: Shared = { ...shared, shard: (shared.shard + 1) % SHARDS };
  const settleApart = (batch: readonly SettleInput[]) =>
    tracked(async () => {
      const settled = await asUnit<SettleBatchResult>(
        (run) => writes.apart(run),
        (u) => runIn(u, settle(u, batch), { settles: { batch, opened: undefined } }),
        besidePasses,
      );
      const { plans } = shared.missed;
      shared.missed.plans = false;
      return plans ? { ...settled, wake: true } : settled;
    });
  const settleFew = (batch: readonly SettleInput[]) =>
    pass<SettleBatchResult, OpenedMove | undefined>(
      (u, opened) => runIn(u, settle(u, batch), { settles: { batch, opened } }),
      (q) => openMove(q, { shared, batch, at: now() }),
    );
  const vacuum = createVacuum({
    monotonic: () => clock.monotonic(),
    vacuum: () => vacuumPassed(vacuums),
  });
  type TypeOfJob = Pick<JobDefinition, 'type' | 'typeVersion'>;
  const knowsTypeOf = ({ type, typeVersion }: TypeOfJob) => shared.types.isKnown(type, typeVersion);
  const ensureTypeOf = ({ type, typeVersion }: TypeOfJob) => shared.types.ensure(type, typeVersion);
  // Uids follow the order of requests, except for jobs that are done alone or again. A batch that waits to
  // draw uids already has a connection. The writes gives connections in that order too, so no two batches wait
  // for each other.
  const beginInOrder = createOrder();
  const insert = createBatcher<InsertInput, InsertOutcome>({
    together: (inputs, signal) =>
      beginInOrder((inOrder) =>
        asUnit<readonly InsertOutcome[], number[]>(
          (run) => writes.commands(run, { opening: (q) => inOrder(() => nextIds(q, inputs.length)), signal }),
          (u, uids = []) => runIn(u, insertJobs(u, inputs), { uids }),
        ),
      ),
    alone: (input, signal) =>
      asUnit<InsertOutcome>(
        (run) => writes.command(input.definition.id, run, { signal }),
        async (u) => onlyOne(await runIn(u, insertJobs(u, [input]))),
      ),
  });
  const doCommand = (input: CommandInput, signal?: AbortFlag) =>
    tracked(async () => {
      const type = checkedBy(input.command);
      // What need not wait does not, so that commands take their turns in the order of asking.
      if (type !== undefined && !knowsTypeOf(type)) await ensureTypeOf(type);
      const claimant = input.claim && { ...input.claim, hasJoined: joined.has(input.claim.node) };
      if (claimant !== undefined) {
        const at = ownClock ? clock.now() : undefined;
        const made = await triggerInOneStatement(input, { shared, claimant, now: now(), at }, (sql, params) =>
          writes.commandAtOnce(sql, params, signal),
        );
        if (made !== undefined) return made;
      }
      const opening = (q: Queries) => openCommand(q, input);
      return asUnit<CommandResult, OpenedCommand>(
        (run) => writes.command(input.jobId, run, { opening, isAlone: isAlone(input), signal }),
        (u, openedCommand) => runIn(u, command(u, input), { claimant, openedCommand }),
      );
    });
  const doClaim = (input: ClaimInput) => pass((u) => claim(u, input, joined.has(input.node)));
  /**
   * Claims after a command that did not include its claim. The command is done, so a claim that failed is
   * left to the next pass. One that may be done rejects, and with it the command: the caller must look for
   * both.
   */
  const claimAfter = async (input: ClaimInput): Promise<ClaimResult> => {
    try {
      return await doClaim(input);
    } catch (error) {
      if (!(error instanceof StoreError) || mayBeDone(error)) throw error;
      const at = now();
      return { now: at, jobs: [], runs: [], nextDueAt: at };
    }
  };
  // Beside the writes: claims of the dead may wait for what a frozen process holds, and no work of this node is
  // to wait for them.
  const beside = <T>(work: (u: Unit) => Promise<T>) =>
    tracked(() => asUnit<T>((run) => db.transaction(run), work));
  const read = <T>(work: (q: Queries) => Promise<T>) => tracked(() => db.snapshot(work));

  return {
    async open() {
      await migrated(url);
      if (!ownClock) await databaseClock.start(db);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      databaseClock.stop();
      await Promise.allSettled(underWay);
      vacuums.reset();
      await Promise.all([passes.close(), db.close(), vacuums.close()]);
    },
    now,
    async join(node, listener) {
      // A caller's transaction that began before a key was committed would not see it.
      const types = Object.entries(node.types);
      await Promise.all(types.map(([type, version]) => shared.types.ensure(type, version)));
      const buried = (nodes: readonly DeadNode[]) => beside((u) => removeDeadNodes(u, nodes));
      const reset = () => {
        passes.reset();
        db.reset();
      };
      const urls = { url: directUrl, poolsUrl: url };
      const membership = await join({ db, reset, ...urls, maxStallMs, bury: buried }, node, listener);
      joined.add(node.id);
      return membership;
    },
    listNodes: () => tracked(() => listNodes(db)),
    check: () =>
      tracked(async () => {
        await db.run(CHECK);
      }),
    insertJob: (input, signal) =>
      tracked(async () => {
        if (!knowsTypeOf(input.definition)) await ensureTypeOf(input.definition);
        await writes.caughtUp();
        return insert(input, signal);
      }),
    within: (tx) => storeInTransaction(tx, { shared, now }),
    async command(input, signal) {
      const done = await doCommand(input, signal);
      if (input.claim === undefined || done.kind !== 'done' || !done.changed) return done;
      const { claimed = await claimAfter(input.claim) } = done;
      shared.claims.remember(claimed);
      return { ...done, claimed };
    },
    async plan(input) {
      const node = input.claim?.node;
      const planned = await pass<PlanResult, OpenedPlan>(
        (u, openedPlan) =>
          runIn(u, plan(u, input), { hasJoined: node !== undefined && joined.has(node), openedPlan }),
        (q) => openPlan(q, { shared, input, at: now() }),
      );
      if (planned.claimed !== undefined) shared.claims.remember(planned.claimed);
      return planned;
    },
    async claim(input) {
      const claimed = await doClaim(input);
      shared.claims.remember(claimed);
      return claimed;
    },
    async settle(batch) {
      const isApart = batch.length >= SETTLED_APART || writes.isBusyApart;
      const settled = await (isApart ? settleApart(batch) : settleFew(batch));
      if (!isClosed) vacuum.settled(batch.length);
      return settled;
    },
    report: (batch) => pass((u) => runIn(u, report(batch))),
    recover: async (input) => recoveredOf(input, await beside((u) => runIn(u, recover(u, input)))),
    reconcile: async (input) =>
      givenBackOf(input, await pass<Recovery>((u) => runIn(u, reconcile(u, input)))),
    cancelRun: (input, signal) =>
      tracked(async () => {
        // It waits for the job of the run, and so in the line of those who want that job.
        const { jobId = input.runId } = (await getRun(db, input.runId)) ?? {};
        return asUnit<CancelResult>(
          (run) => writes.command(jobId, run, { signal }),
          (u) => runIn(u, cancelRun(u, input)),
        );
      }),
    makeDue: (input, signal) =>
      tracked(() =>
        asUnit<Awaited<ReturnType<JobStore['makeDue']>>>(
          (run) => writes.command(input.runId, run, { signal }),
          (u) => runIn(u, makeDue(input)),
        ),
      ),
    prune: (retention) => tracked(() => prune(db, retention, now())),
    // One statement: it sees one state of the database anyway.
    getJob: (jobId, handlers) => tracked(() => getJob(db, { jobId, handlers }, now())),
    listJobs: (query) => read((q) => listJobs(q, query, now())),
    countHealth: (input) => read((q) => countHealth(q, input, now())),
    getRun: (runId) => read((q) => getRun(q, runId)),
    listRuns: (query) => read((q) => listRuns(q, query)),
    getLogs: (runId) => read((q) => getLogs(q, runId)),
    listAudit: (query) => read((q) => listAudit(q, query)),
    stats: (input) => read((q) => stats(q, input, now())),
    jobHours: (input) => read((q) => jobHours(q, input, now())),
  };
}

/** On a connection of its own, whose statements may take as long as they need. */
async function migrated(url: string): Promise<void> {
  const db = connect({ url, max: 1 });
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
}

/** Finds nothing and locks nothing, but a server that takes no writes, such as a standby, refuses it. */
const CHECK = 'SELECT FROM greenvue_jobs.jobs WHERE uid = 0 FOR UPDATE';

/**
 * Removes nodes from which nothing was heard since they were found dead, and takes back what they had claimed.
 */
async function removeDeadNodes(u: Unit, nodes: readonly DeadNode[]): Promise<Recovery> {
  await u.q.run(REMOVE_DEAD, [nodes.map(({ id }) => id), nodes.map(({ beatAt }) => beatAt)]);
  return runIn(u, recover(u, { node: '' }));
}

const REMOVE_DEAD = `DELETE FROM greenvue_jobs.nodes USING unnest($1::text[], $2::bigint[]) AS dead (id, beat_at)
  WHERE nodes.id = dead.id AND nodes.beat_at = dead.beat_at`;
