import { type JobEventType, pauseEvent } from '../../core/model/events.ts';
import { isSkipReason } from '../../core/model/run.ts';
import type { CancelResult } from '../../core/store/store-commands.ts';
import type { EndEffects } from '../../core/store/store-passes.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { DoneCommand } from './command-errors.ts';

/** Stops cancelled runs, publishes events (`event`: of the job itself), wakes nodes that can start runs. */
export function afterCommand(deps: EngineParts, done: DoneCommand, event?: JobEventType): void {
  const { events, meter, hooks, dispatcher } = deps;
  actOn(deps, done);
  for (const request of done.cancelRequests) dispatcher.cancelRun(request.runId);
  if (event !== undefined && done.changed) {
    // Runs that were claimed while the command was on its way have the job as it was before.
    dispatcher.takeBack({ jobId: done.job.id });
    const { pause } = done.job;
    const newPause = event === 'job.paused' ? pause : undefined;
    events.emit(event, done.job.id, undefined, newPause && pauseEvent(newPause));
    if (newPause !== undefined) hooks.jobPaused(done.job, newPause);
  }
  for (const run of done.queued) events.emit('run.queued', done.job.id, run.id, { by: run.requestedBy });
  for (const run of done.finished) {
    if (run.status === 'failed') events.emit('run.failed', done.job.id, run.id, { reason: run.reason });
    if (run.status !== 'cancelled' && run.status !== 'skipped') continue;
    if (isSkipReason(run.reason)) meter.skipped(run.reason);
    events.emit(`run.${run.status}`, done.job.id, run.id, { reason: run.reason, by: run.cancelledBy });
  }
  if (areClaimed(done)) return;
  dispatcher.nextPass.recheck();
  notifyOthers(deps, done, event !== undefined);
}

/** Whether the command has claimed all that it has made due. */
function areClaimed({ queued, claimed }: DoneCommand): boolean {
  if (claimed === undefined || queued.length === 0) return false;
  return queued.every(({ id }) => claimed.runs.some((run) => run.id === id));
}

function notifyOthers({ node }: EngineParts, done: DoneCommand, isOfJob: boolean): void {
  const { job, changed, cancelRequests } = done;
  if (cancelRequests.length > 0)
    node.notify({ kind: 'cancel', runIds: cancelRequests.map(({ runId }) => runId) });
  if (!changed) return;
  node.notify(isOfJob ? { kind: 'job_changed', jobId: job.id } : { kind: 'wake' });
}

/** Acts on what ended with a command. */
function actOn(
  { alerts, dispatcher }: EngineParts,
  { hasAlerts, hasEnds, paused }: EndEffects & { readonly hasAlerts?: true },
): void {
  if (hasAlerts) alerts.wake();
  if (paused !== undefined) dispatcher.jobsPaused(paused);
  if (hasEnds) dispatcher.lookForEnds();
}

/** Stops a claimed run that was cancelled. With a void fence, it can't be settled (P11, timeout). */
export function afterCancel(deps: EngineParts, result: CancelResult): void {
  const { dispatcher, node } = deps;
  const stopped = result.kind === 'requested' ? result.request : result.kind === 'cancelled' && result.voided;
  if (stopped) {
    dispatcher.cancelRun(stopped.runId);
    node.notify({ kind: 'cancel', runIds: [stopped.runId] });
  }
  if (result.kind === 'cancelled') {
    actOn(deps, result);
    dispatcher.nextPass.recheck();
    node.notify({ kind: 'wake' });
  }
}
