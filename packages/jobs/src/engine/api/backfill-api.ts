import {
  BACKFILL_SLOTS_SHOWN,
  type BackfillView,
  MOST_BACKFILL_SLOTS,
} from '../../core/backfills/backfill.ts';
import { backfillRefusal } from '../../core/backfills/backfill-slots.ts';
import { DEFAULT_PAGE_ROWS } from '../../core/limits.ts';
import type { Job } from '../../core/model/job.ts';
import { backfillNotFound, jobNotFound } from '../../core/model/not-found.ts';
import { blackoutEnd } from '../../core/schedule/blackout.ts';
import { slotsInWindow } from '../../core/schedule/slots-in-window.ts';
import type { BackfillPlan } from '../../core/store/store-backfills.ts';
import type { EngineParts } from '../engine-parts.ts';
import {
  type BackfillInput,
  type BackfillListQuery,
  type BackfillOutcome,
  type CommandOptions,
  EngineError,
} from '../ports/engine-port.ts';
import { errorOf, staleJob } from './command-errors.ts';
import { auditOf, isGuarded, parseInstant } from './command-options.ts';
import { inSlices } from './in-slices.ts';
import { withWindows } from './job-windows.ts';
import { getJob } from './jobs/job-api.ts';
import { guardReply } from './store-writes.ts';

/** How often a backfill that meets an edit of the job computes the slots again. */
const TRIES = 5;

/** P37, backfill: makes runs of past slots of a job, or says which runs it would make. */
export async function backfillJob(
  deps: EngineParts,
  jobId: string,
  input: BackfillInput,
  options: CommandOptions = {},
): Promise<BackfillOutcome> {
  const { onlyMissing = true, dryRun = false } = input;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { job } = await getJob(deps, jobId);
    requireVersion(job, options);
    const refusal = backfillRefusal(job);
    if (refusal !== undefined) throw errorOf(refusal);
    const window = windowOf(input, deps.store.now());
    const all = await slotsOf(deps, job, window);
    const slots = await slotsThatRun(deps, job, all);
    const blackout = all.length - slots.length;
    const change = { ...window, onlyMissing, slots: slots.length };
    const audit = auditOf(options, 'job.backfill', asTimes(change));
    const guard = { ifUid: job.uid, ifVersion: job.version };
    const asked = { jobId, ...guard, ...window, slots, onlyMissing, dryRun, by: options.by, audit };
    const result = await guardReply(deps, deps.store.backfill(asked));
    if (result.kind === 'refused') throw errorOf(result.refusal);
    if (result.kind === 'absent') throw jobNotFound(jobId);
    if (result.kind === 'stale') continue;
    const { plan, id } = result;
    if (id !== undefined) started(deps, jobId);
    return {
      jobId,
      ...window,
      onlyMissing,
      blackout,
      ...outcomeOf(plan),
      ...(id === undefined ? {} : { id }),
    };
  }
  throw new EngineError(
    'conflict',
    `The job "${jobId}" keeps changing: others edit it at the same time. Try again.`,
  );
}

async function slotsThatRun(
  deps: EngineParts,
  job: Job,
  slots: readonly number[],
): Promise<readonly number[]> {
  if (job.calendar?.mode !== 'skip') return slots;
  const [withOwn = job] = await withWindows(deps, [job]);
  return slots.filter((slot) => blackoutEnd(withOwn, slot) === undefined);
}

function started({ events, dispatcher, node }: EngineParts, jobId: string): void {
  events.emit('job.updated', jobId);
  dispatcher.nextPass.recheck();
  node.notify({ kind: 'wake' });
}

function outcomeOf({ toRun, historyFrom, ...counts }: BackfillPlan) {
  return {
    slots: toRun.length,
    first: toRun.slice(0, BACKFILL_SLOTS_SHOWN),
    ...counts,
    ...(historyFrom === undefined ? {} : { historyFrom }),
  };
}

function requireVersion(job: Job, options: CommandOptions): void {
  if (!isGuarded(options)) return;
  const { ifUid = job.uid, ifVersion = job.version } = options;
  if (ifUid === job.uid && ifVersion === job.version) return;
  throw staleJob();
}

interface Window {
  readonly from: number;
  readonly to: number;
}

function windowOf(input: BackfillInput, now: number): Window {
  const from = parseInstant(input.from, '/from') ?? now;
  const to = parseInstant(input.to, '/to') ?? now;
  if (to > now)
    throw invalid(
      '/to',
      'must not be in the future: a backfill runs past slots. Leave it out to use the current time',
    );
  if (from >= to) throw invalid('/from', `must be earlier than to, ${timeText(to)}; got ${timeText(from)}`);
  return { from, to };
}

/** The slots of the window. Throws if there are too many, and says where to split the window. */
async function slotsOf({ settings }: EngineParts, job: Job, window: Window): Promise<readonly number[]> {
  const work = slotsInWindow(job.schedule, job.anchorAt, { ...window, most: MOST_BACKFILL_SLOTS });
  const { slots, nextAt } = await inSlices(settings.clock, work);
  if (nextAt === undefined) return slots;
  const most = MOST_BACKFILL_SLOTS.toLocaleString('en');
  throw invalid(
    '/to',
    `must leave at most ${most} slots: the job has more between from and to. Split the window: the first ${most} slots end before ${timeText(nextAt)}. Send this time as to, and then as from of the next request`,
  );
}

export async function getBackfill({ store }: EngineParts, id: string): Promise<BackfillView> {
  const view = await store.getBackfill(id);
  if (view === undefined) throw backfillNotFound(id);
  return view;
}

export function listBackfills(
  { store }: EngineParts,
  { limit = DEFAULT_PAGE_ROWS, ...which }: BackfillListQuery = {},
): Promise<readonly BackfillView[]> {
  return store.listBackfills({ ...which, limit });
}

/** Drops the slots that have no run yet and cancels waiting runs; with `cancelLive` running ones, too. */
export async function cancelBackfill(
  deps: EngineParts,
  id: string,
  { cancelLive = false }: { readonly cancelLive?: boolean | undefined } = {},
  options: CommandOptions = {},
): Promise<BackfillView> {
  const known = await getBackfill(deps, id);
  deps.dispatcher.takeBack({ jobId: known.jobId });
  const audit = auditOf(options, 'job.backfill_cancel', { backfill: id, cancelLive });
  const { by, ifVersion } = options;
  const result = await guardReply(deps, deps.store.cancelBackfill({ id, ifVersion, cancelLive, by, audit }));
  if (result.kind === 'stale') throw staleJob();
  if (result.kind === 'absent') throw backfillNotFound(id);
  if (result.kind === 'over') {
    throw new EngineError(
      'conflict',
      `The backfill is over (${known.status}), so there is nothing to cancel.`,
    );
  }
  const { jobId, finished, cancelRequests } = result;
  const { events, dispatcher, node } = deps;
  events.emit('job.updated', jobId);
  for (const { id: runId, status, reason } of finished)
    if (status === 'cancelled') events.emit('run.cancelled', jobId, runId, { reason, by });
  for (const { runId } of cancelRequests) dispatcher.cancelRun(runId);
  if (cancelRequests.length > 0) {
    node.notify({ kind: 'cancel', runIds: cancelRequests.map(({ runId }) => runId) });
  }
  dispatcher.nextPass.recheck();
  node.notify({ kind: 'wake' });
  return getBackfill(deps, id);
}

function asTimes({ from, to, ...change }: Window & object): object {
  return { from: timeText(from), to: timeText(to), ...change };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function invalid(pointer: string, detail: string): EngineError {
  return new EngineError('invalid', 'The backfill is not valid.', [{ pointer, detail }]);
}
