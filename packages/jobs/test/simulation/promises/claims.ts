import type { LiveRun } from '../../../src/core/model/run.ts';
import { SUSPECT_FROM } from '../../../src/core/rules/suspects.ts';
import type { ClaimInput, SettleInput } from '../../../src/core/store/store-passes.ts';
import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';
import { newClaims } from './room.ts';

/** P22: a node claims only runs of types that it has, in their version or a newer one. */
export function nodesClaimWhatTheyCanRun(step: Step, past: Past): string | undefined {
  const types = claimIn(step)?.types;
  if (types === undefined) return undefined;
  for (const { id, jobUid } of newClaims(step)) {
    const row = past.database.live.get(Number(id));
    const type = past.database.jobs.get(Number(jobUid))?.job.type;
    if (row !== undefined && type !== undefined && (types[type] ?? 0) < row.typeVersion)
      return `run ${id} of ${type} ${row.typeVersion} was claimed by a node that has ${type} ${types[type] ?? 0}`;
  }
  return undefined;
}

const STEP_MS = { high: -150_000, normal: 0, low: 150_000 } as const;

/** P29: of due runs that wait, a claim takes the one that starts first. */
export function claimsKeepTheOrder(step: Step, past: Past): string | undefined {
  if (step.method !== 'claim') return undefined;
  const types = claimIn(step)?.types ?? {};
  const orderOf = ({ availableAt, jobUid }: LiveRun) =>
    availableAt + STEP_MS[past.database.jobs.get(Number(jobUid))?.job.priority ?? 'normal'];
  const claimed = newClaims(step).filter(
    ({ id, scheduledFor, recoveries, availableAt }) =>
      // Slots go first beside a backlog, and suspects have an order of their own.
      scheduledFor === undefined &&
      recoveries < SUSPECT_FROM &&
      availableAt <= step.now &&
      past.database.live.get(Number(id))?.groupKey === undefined,
  );
  for (const run of claimed)
    for (const { run: other, groupKey, typeVersion } of past.database.live.values()) {
      if (other.claim !== undefined || other.held !== 'no' || other.availableAt > step.now) continue;
      // A node takes a lost run only for a free place.
      if (groupKey !== undefined || other.recoveries > 0) continue;
      const type = past.database.jobs.get(Number(other.jobUid))?.job.type ?? '';
      if ((types[type] ?? 0) >= typeVersion && orderOf(other) < orderOf(run))
        return `run ${run.id} was claimed before run ${other.id}, which starts first`;
    }
  return undefined;
}

/** P9: a node that looks for lost claims gives back none that it has. */
export function heldClaimsStay({ method, args, live }: Step, past: Past): string | undefined {
  if (method !== 'reconcile') return undefined;
  for (const { before, after } of live) {
    const fence = before?.claim?.fence;
    if (before === undefined || fence === undefined || after?.claim?.fence === fence) continue;
    const known = past.ledger.executions.some((each) => each.fence === fence && each.outcome !== 'died');
    if (known) return `run ${before.id} was given back, and its node has it as claim ${fence}`;
  }
  const holds = new Set((args[0] as { readonly holds: readonly number[] }).holds);
  const taken = live.find(
    ({ before, after }) => before?.claim && after?.claim === undefined && holds.has(before.claim.fence),
  );
  return taken === undefined ? undefined : `run ${taken.before?.id} was given back, and its node holds it`;
}

const MOST_LOSSES = 5;

/** P9: a suspect waits longer after each loss, and the sixth loss ends it. */
export function suspectsWait({ method, now, live }: Step): string | undefined {
  for (const { before, after } of live) {
    if (after === undefined || after.recoveries === (before?.recoveries ?? 0)) continue;
    if (after.recoveries > MOST_LOSSES)
      return `run ${after.id} was lost ${after.recoveries} times, and runs again`;
    const wait = 1_000 * 2 ** (after.recoveries - SUSPECT_FROM);
    if (method === 'recover' && after.recoveries >= SUSPECT_FROM && after.availableAt < now + wait)
      return `run ${after.id} was lost ${after.recoveries} times, and does not wait for ${wait} ms`;
  }
  return undefined;
}

/** P10: only the newest claim of a run saves its state. */
export function onlyTheNewestClaimSaves({ method, checkpoints }: Step, past: Past): string | undefined {
  if (method !== 'saveCheckpoint') return undefined;
  for (const { after } of checkpoints)
    if (after !== undefined && past.database.findLive(after.runId)?.claim?.fence !== after.fence)
      return `claim ${after.fence} has saved the state of run ${after.runId}, and is not its newest claim`;
  return undefined;
}

/** P10: only the newest claim of a run reports. */
export function onlyTheNewestClaimReports({ method, args, live }: Step): string | undefined {
  if (method !== 'report') return undefined;
  const batch = args[0] as readonly { readonly runId: string; readonly fence: number }[];
  for (const { before } of live) {
    if (before === undefined) continue;
    const isMeant = batch.some(({ runId, fence }) => runId === before.id && fence === before.claim?.fence);
    if (!isMeant) return `run ${before.id} was changed by a report of an older claim`;
  }
  return undefined;
}

/** P8: a retry does not come at or after the next slot where that slot takes its place. */
export function slotsTakeThePlaceOfRetries({ method, args, live }: Step, past: Past): string | undefined {
  if (method !== 'settle') return undefined;
  for (const { before, after } of live) {
    if (before === undefined || after === undefined || after.failures === before.failures) continue;
    const job = past.jobOf(after)?.job;
    if (job === undefined || job.status !== 'active' || job.onlyIf !== undefined) continue;
    const { overlap, schedule, nextRunAt } = job;
    const isSaved =
      (args[0] as readonly SettleInput[]).find(({ runId }) => runId === after.id)?.isSaved === true;
    const replaces = (overlap === 'skip' && !isSaved) || overlap === 'cancel_previous';
    const hasGrid =
      schedule.kind === 'cron' ||
      schedule.kind === 'rrule' ||
      (schedule.kind === 'interval' && schedule.mode === 'fixed_rate');
    const isOther =
      (after.trigger === 'manual' && after.scheduledFor !== undefined) ||
      (after.catchUp && after.missed === 0);
    if (replaces && hasGrid && !isOther && nextRunAt !== undefined && after.availableAt >= nextRunAt)
      return `run ${after.id} is tried again at or after the next slot of ${job.id}`;
  }
  return undefined;
}

/** P8: the wait of a retry is within the jitter, and the error of each attempt is kept. */
export function retriesKeepTheirErrors({ method, now, live }: Step, past: Past): string | undefined {
  if (method !== 'settle') return undefined;
  for (const { before, after } of live) {
    if (before === undefined || after === undefined || after.failures === before.failures) continue;
    if (after.errors.length !== before.errors.length + 1)
      return `run ${after.id} has failed ${after.failures} times, and has ${after.errors.length} errors`;
    const backoff = past.jobOf(after)?.job.backoff;
    if (backoff === undefined) continue;
    const wait = Math.min(backoff.initialMs * backoff.factor ** (after.failures - 1), backoff.maxMs);
    if (after.availableAt > now + Math.ceil(wait * (1 + backoff.jitter)))
      return `run ${after.id} waits for ${after.availableAt - now} ms instead of about ${wait} ms`;
  }
  return undefined;
}

function claimIn({ method, args }: Step): ClaimInput | undefined {
  if (method === 'claim') return args[0] as ClaimInput;
  return (args[0] as { readonly claim?: ClaimInput } | undefined)?.claim;
}
