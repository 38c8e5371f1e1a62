import type { StoreBulk } from '../../../core/bulk/store-bulk.ts';
import { upstreamsOf } from '../../../core/chains/upstreams.ts';
import { type AbortFlag, StoreError } from '../../../core/model/errors.ts';
import { checkedBy } from '../../../core/model/job-command.ts';
import type { JobStore } from '../../../core/store/store.ts';
import type { CommandInput, CommandResult, InsertOutcome } from '../../../core/store/store-commands.ts';
import type { DeclareInput, DeclareResult } from '../../../core/store/store-declarations.ts';
import type { ClaimInput, ClaimResult } from '../../../core/store/store-passes.ts';
import { backfill, cancelBackfill } from '../../../core/transactions/backfills/backfills.ts';
import {
  cancelBulkCommand,
  insertBulkCommand,
  saveBulkCommand,
} from '../../../core/transactions/bulk/bulk-commands.ts';
import { command, insertJob, insertJobs } from '../../../core/transactions/commands.ts';
import { declareJobs } from '../../../core/transactions/declarations/declare-jobs.ts';
import { pauseAll, resumeAll } from '../../../core/transactions/pause-all.ts';
import { cancelRun, makeDue } from '../../../core/transactions/run-commands.ts';
import type { InsertInput } from '../../../core/transactions/tables/tables.ts';
import { Batcher } from '../connection/batcher.ts';
import { mayBeDone } from '../connection/database-errors.ts';
import { OrderedSection } from '../connection/ordered-section.ts';
import type { Queries } from '../connection/queries.ts';
import { isAlone, type OpenedCommand, openCommand } from '../locks/command-tables.ts';
import { lockDeclarations } from '../membership/nodes.ts';
import { READS, runRead } from '../postgres-reads.ts';
import { canShareTransaction, commandsTogether } from '../shortcuts/commands-together.ts';
import type { Claimant } from '../shortcuts/make-claimed.ts';
import { triggerInOneStatement } from '../shortcuts/trigger-in-one-statement.ts';
import { createTables, runIn } from '../tables/tables.ts';
import { nextIds } from '../tables/unit.ts';
import { claimIn } from './passes.ts';
import type { Parts } from './writes.ts';

type Commands = Pick<
  JobStore,
  | 'insertJob'
  | 'command'
  | 'cancelRun'
  | 'makeDue'
  | 'declareJobs'
  | 'pauseAll'
  | 'resumeAll'
  | 'backfill'
  | 'cancelBackfill'
  | keyof StoreBulk
>;

/** The target of commands on all jobs, which keep their order. No job has this id. */
const ALL_JOBS = ' all';
/** The target of declarations. */
const IN_CODE = ' in code';
/** The target of what is written about bulk commands. */
const BULK = ' bulk';

/** The commands of people and code. */
export function createCommands(parts: Parts): Commands {
  const { db, writes, shared } = parts;
  const inserts = createInserts(parts);
  const changes = createChanges(parts);
  /** A command on a run waits in the queue of its job, because it may lock that job. */
  const queueOf = async ({ runId }: { readonly runId: string }) =>
    (await runRead(db, READS.getRun(runId)))?.jobId ?? runId;
  return {
    insertJob: (input, signal) =>
      writes.tracked(async () => {
        await shared.types.ensure(input.definition);
        await writes.caughtUp();
        // A bound on jobs, names of secrets and calendars, and links to other jobs need locks, which a shared
        // transaction would hold for all.
        const { most, namedSecrets, definition } = input;
        const hasLinks = upstreamsOf(definition).length > 0 || definition.calendar !== undefined;
        if (hasLinks || most !== undefined || namedSecrets !== undefined)
          return writes.command(input.definition.id, (u) => runIn(u, insertJob(u, input)), { signal });
        return inserts.add(input, signal);
      }),
    async command(input, signal) {
      if (shared.shortcuts.commandsTogether && canShareTransaction(input))
        return writes.tracked(() => changes(input, signal));
      const done = await writes.tracked(() => commandIn(parts, input, signal));
      if (input.claim === undefined || done.kind !== 'done' || !done.changed) return done;
      const { claimed = await claimAfter(parts, input.claim) } = done;
      shared.claims.remember(claimed);
      return { ...done, claimed };
    },
    cancelRun: (input, signal) =>
      writes.tracked(async () =>
        writes.command(await queueOf(input), (u) => runIn(u, cancelRun(u, input)), { signal }),
      ),
    backfill: (input) =>
      writes.tracked(() => writes.command(input.jobId, (u) => runIn(u, backfill(u, input)), {})),
    cancelBackfill: (input) =>
      writes.tracked(() => writes.command(input.id, (u) => runIn(u, cancelBackfill(u, input)), {})),
    insertBulkCommand: (input) =>
      writes.tracked(() => writes.command(BULK, (u) => runIn(u, insertBulkCommand(input)), {})),
    saveBulkCommand: (input) =>
      writes.tracked(() => writes.command(BULK, (u) => runIn(u, saveBulkCommand(input)), {})),
    cancelBulkCommand: (input) =>
      writes.tracked(() => writes.command(BULK, (u) => runIn(u, cancelBulkCommand(u, input)), {})),
    makeDue: (input, signal) =>
      writes.tracked(async () =>
        writes.command(await queueOf(input), (u) => runIn(u, makeDue(u, input)), { signal }),
      ),
    declareJobs: (input) => writes.tracked(() => declareIn(parts, input)),
    pauseAll: (input, signal) =>
      writes.tracked(() => writes.command(ALL_JOBS, (u) => runIn(u, pauseAll(u, input)), { signal })),
    resumeAll: (input, signal) =>
      writes.tracked(() => writes.command(ALL_JOBS, (u) => runIn(u, resumeAll(u, input)), { signal })),
  };
}

async function declareIn({ writes, shared }: Parts, input: DeclareInput): Promise<DeclareResult> {
  for (const { definition } of input.jobs ?? []) await shared.types.ensure(definition);
  return writes.command(IN_CODE, async (u) => runIn(u, declareJobs(u, input, await lockDeclarations(u))));
}

/**
 * Inserts that arrive together share a transaction. Uids follow the order of requests, unless a job is
 * written alone or repeated. A batch has a connection before it waits to draw uids, and connections are given
 * in the same order, so batches cannot deadlock.
 */
function createInserts({ writes }: Parts) {
  const section = new OrderedSection();
  return new Batcher<InsertInput, InsertOutcome>({
    together: (inputs, signal) =>
      section.begin((inOrder) =>
        writes.commands<readonly InsertOutcome[], number[]>(
          (u, uids = []) => runIn(u, insertJobs(u, inputs), { uids }),
          { opening: (q) => inOrder(() => nextIds(q, inputs.length)), signal },
        ),
      ),
    alone: (input, signal) =>
      writes.command(input.definition.id, (u) => runIn(u, insertJob(u, input)), { signal }),
  });
}

/** Pauses and resumes that arrive together share a transaction. */
function createChanges(parts: Parts) {
  const { writes } = parts;
  const together = new Batcher<CommandInput, CommandResult | undefined>({
    together: async (inputs, signal) =>
      // One alone needs fewer statements.
      inputs.length === 1
        ? [undefined]
        : writes.commands((u) => commandsTogether(u, createTables(u, {}), inputs), { signal }),
    alone: async () => undefined,
  });
  return async (input: CommandInput, signal: AbortFlag | undefined): Promise<CommandResult> => {
    await writes.caughtUp();
    return (await together.add(input, signal)) ?? commandIn(parts, input, signal);
  };
}

/** Runs a command. Includes the claim that it asks for, if one transaction can do both. */
async function commandIn(
  parts: Parts,
  input: CommandInput,
  signal: AbortFlag | undefined,
): Promise<CommandResult> {
  const type = checkedBy(input.command);
  const { writes, shared, joined, now, ownNow } = parts;
  const ensuring = type && shared.types.ensure(type);
  if (ensuring !== undefined) await ensuring;
  const { triggerInOneStatement: isAtOnce, makeClaimed } = shared.shortcuts;
  const claimant: Claimant | undefined = input.claim && {
    ...input.claim,
    hasJoined: joined.has(input.claim.node),
  };
  if (claimant !== undefined && isAtOnce) {
    const how = { shared, claimant, now: now(), at: ownNow() };
    const made = await triggerInOneStatement(input, how, (sql, params) =>
      writes.commandAtOnce(sql, params, signal),
    );
    if (made !== undefined) return made;
  }
  const opening = (q: Queries) => openCommand(q, input);
  return writes.command<CommandResult, OpenedCommand>(
    input.jobId,
    (u, openedCommand) =>
      runIn(u, command(u, input), { claimant: makeClaimed ? claimant : undefined, openedCommand }),
    { opening, isAlone: isAlone(input), signal },
  );
}

/**
 * Claims after a command that did not include its claim. If the claim fails, the next pass claims. If its
 * result is unknown, this rejects for the command too, and the caller must check both.
 */
async function claimAfter(parts: Parts, input: ClaimInput): Promise<ClaimResult> {
  try {
    return await claimIn(parts, input);
  } catch (error) {
    if (!(error instanceof StoreError) || mayBeDone(error)) throw error;
    const at = parts.now();
    return { now: at, jobs: [], runs: [], nextDueAt: at };
  }
}
