import { checkedBy } from '../../core/model/job-command.ts';
import type { NodeEvent } from '../../core/nodes/membership.ts';
import type { StoreInTransaction, Transaction } from '../../core/store/store.ts';
import type { CommandResult, InsertOutcome } from '../../core/store/store-commands.ts';
import { command, insertJob } from '../../core/transactions/commands.ts';
import { completeRun, failTransaction } from './complete-run.ts';
import { queriesOn, runInCallersTransaction, runInTurn } from './connection/callers-transaction.ts';
import type { Queries } from './connection/queries.ts';
import { findJob } from './locks/job-locks.ts';
import { CHANNEL, type NoticeMessage } from './membership/control-protocol.ts';
import type { Shared } from './tables/shared.ts';
import { runIn } from './tables/tables.ts';
import { createUnit } from './tables/unit.ts';

export interface InTransactionDeps {
  readonly shared: Shared;
  now(): number;
}

/** The methods of the store that can be part of a caller's transaction. */
export function storeInTransaction(tx: Transaction, { shared, now }: InTransactionDeps): StoreInTransaction {
  return {
    findJob: (jobId) => runInTurn(tx, async () => (await findJob(queriesOn(tx), jobId))?.job),
    async insertJob(input) {
      // In its own transaction: the key depends on no job, and others must not wait for the caller's commit
      // to see it.
      await shared.types.ensure(input.definition);
      return runInCallersTransaction<InsertOutcome>(tx, async ({ q }) => {
        const at = now();
        const unit = createUnit(q, shared, at);
        const result = await runIn(unit, insertJob(unit, input), { isCallers: true });
        if (result.kind !== 'created') return { result, kept: false };
        await notifyOnCommit(q, [{ at, type: 'job.created', jobId: result.job.id }]);
        return { result, kept: true };
      });
    },
    async trigger(input) {
      const type = checkedBy(input.command);
      if (type !== undefined) await shared.types.ensure(type);
      return runInCallersTransaction<CommandResult>(tx, async ({ q, seesNewest }) => {
        const at = now();
        const unit = createUnit(q, shared, at);
        const result = await runIn(unit, command(unit, input), { sharing: seesNewest });
        if (result.kind !== 'done') return { result, kept: false };
        const { job, queued } = result;
        await notifyOnCommit(
          q,
          queued.map(({ id: runId }) => ({ at, type: 'run.queued', jobId: job.id, runId })),
        );
        return { result, kept: true };
      });
    },
    completeRun: (input) => completeRun(tx, input, now),
    fail: () => failTransaction(tx),
  };
}

/** The server sends the notice at the commit. It names no sender, so this node receives it too. */
async function notifyOnCommit(q: Queries, events: readonly NodeEvent[]): Promise<void> {
  const message: NoticeMessage = { from: '', notices: [{ kind: 'wake' }, { kind: 'events', events }] };
  await q.arrays(NOTIFY, [CHANNEL, JSON.stringify(message)]);
}

const NOTIFY = 'SELECT pg_notify($1, $2)::text AS notified';
