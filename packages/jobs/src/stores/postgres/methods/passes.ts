import type { JobStore } from '../../../core/store/store.ts';
import type {
  ClaimInput,
  ClaimResult,
  PlanResult,
  SettleBatchResult,
} from '../../../core/store/store-passes.ts';
import { claim } from '../../../core/transactions/claim.ts';
import { plan } from '../../../core/transactions/plan.ts';
import { prune } from '../../../core/transactions/prune.ts';
import { report } from '../../../core/transactions/run-commands.ts';
import { runScriptAsync } from '../../../core/transactions/script.ts';
import { reconcile, recover, settle } from '../../../core/transactions/settle.ts';
import { LOCK_WAIT_MS } from '../connection/database.ts';
import { type OpenedPlan, openPlan } from '../locks/due-look.ts';
import { type OpenedMove, openMove } from '../shortcuts/move-succeeded.ts';
import { mustSettleApart } from '../shortcuts/settle-apart.ts';
import { runIn } from '../tables/tables.ts';
import type { Unit } from '../tables/unit.ts';
import type { Vacuum } from '../upkeep/vacuum.ts';
import type { Parts } from './writes.ts';

type Passes = Pick<JobStore, 'plan' | 'claim' | 'settle' | 'report' | 'recover' | 'reconcile' | 'prune'>;

/** The methods for the passes of a node. */
export function createPasses(parts: Parts, vacuum: Vacuum): Passes {
  const { writes, shared, joined, now } = parts;
  return {
    async plan(input) {
      const node = input.claim?.node;
      const hasJoined = node !== undefined && joined.has(node);
      const planned = await writes.pass<PlanResult, OpenedPlan>(
        (u, openedPlan) => runIn(u, plan(u, input), { hasJoined, openedPlan }),
        (q) => openPlan(q, { shared, input, at: now() }),
      );
      if (planned.claimed !== undefined) shared.claims.remember(planned.claimed);
      return planned;
    },
    async claim(input) {
      const claimed = await claimIn(parts, input);
      shared.claims.remember(claimed);
      return claimed;
    },
    async settle(batch) {
      const { isBusyApart } = writes;
      const isApart = mustSettleApart(batch.length, { ...shared.shortcuts, isBusyApart });
      const work = (u: Unit, opened?: OpenedMove) =>
        runIn(u, settle(u, batch), { settles: { batch, opened } });
      const settled = await (isApart
        ? writes.apart((u) => work(u))
        : writes.pass<SettleBatchResult, OpenedMove | undefined>(work, (q) =>
            openMove(q, { shared, batch, at: now() }),
          ));
      if (!writes.isClosed) vacuum.settled(batch.length);
      if (!isApart || !shared.missed.plans) return settled;
      shared.missed.plans = false;
      return { ...settled, wake: true };
    },
    report: (batch) => writes.pass((u) => runIn(u, report(batch))),
    recover: (input) => writes.beside((u) => runIn(u, recover(u, input))),
    reconcile: (input) => writes.pass((u) => runIn(u, reconcile(u, input))),
    // The server plans these statements with their actual parameters, because there may be few old rows or
    // many.
    prune: (retention) =>
      runScriptAsync(prune(retention), (step) =>
        writes.beside(async (u) => {
          await u.q.script(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
          return runIn(u, step(u));
        }),
      ),
  };
}

/** A claim that no plan or command includes. */
export function claimIn({ writes, joined }: Parts, input: ClaimInput): Promise<ClaimResult> {
  return writes.pass((u) => runIn(u, claim(u, input), { hasJoined: joined.has(input.node) }));
}
