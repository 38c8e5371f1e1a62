import { HEARS_WITHIN_MS, type Past } from '../past.ts';
import type { Client } from '../simulated-network.ts';
import type { Step } from '../steps.ts';

/** P9: a stop gives back the claims that it has not started, so that none counts as lost. */
export function stopsLoseNoClaim({ method, live }: Step, past: Past): string | undefined {
  if (method !== 'recover') return undefined;
  for (const { before } of live) {
    const claim = before?.claim && past.claimOf({ runId: before.id, fence: before.claim.fence });
    if (claim?.by.hasStopped !== true || past.ledger.find(claim.fence) !== undefined) continue;
    if (past.lastTroubleOf(claim.by) > claim.claimedAt - 60_000) continue;
    return `run ${before?.id} counts as lost, and ${claim.by.name} has stopped in order before it started the run`;
  }
  return undefined;
}

/** P10: a node that is well writes the end of each attempt. P9: it starts or gives back each of its claims. */
export function claimsDoNotStay({ method, by, now, elapsed }: Step, past: Past): string | undefined {
  if (method !== 'beat') return undefined;
  for (const { run } of past.database.live.values()) {
    const claim = run.claim && past.claimOf({ runId: run.id, fence: run.claim.fence });
    if (claim?.by !== by || run.availableAt > now) continue;
    const execution = past.ledger.find(claim.fence);
    if (execution !== undefined && execution.endedAt === undefined) continue;
    const since = Math.max(execution?.endedAt ?? claim.claimedAt, past.lastTroubleOf(by));
    if (elapsed <= since + HEARS_WITHIN_MS) continue;
    if (execution !== undefined)
      return `claim ${claim.fence} of run ${run.id} has ended ${elapsed - since} ms ago, and ${by.name} has not written it`;
    if (hasFreePlace(by, past))
      return `${by.name} has claimed run ${run.id} ${elapsed - since} ms ago, and neither starts it nor gives it back`;
  }
  return undefined;
}

function hasFreePlace({ name, places }: Client, past: Past): boolean {
  const busy = [...past.ledger.running].filter(({ process }) => process === name);
  return busy.length < places;
}
