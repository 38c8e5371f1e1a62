import { isLiveStatus, type LiveRun, type Run } from '../../core/model/run.ts';
import type { LogLine } from '../../core/store/store-passes.ts';
import type { RunView } from '../../core/store/store-views.ts';
import { type CommandOptions, type Engine, EngineError } from '../engine-port.ts';
import type { ApiDeps } from './api-deps.ts';
import { afterCancel } from './command-effects.ts';
import { runNotFound } from './command-errors.ts';
import { auditOf, traceOf } from './command-options.ts';
import { checkerOf } from './payload-override.ts';
import { askForRun, startedRun, trigger, triggerInput } from './trigger.ts';

export type RunMethods = Pick<
  Engine,
  'trigger' | 'getRun' | 'listRuns' | 'getLogs' | 'cancelRun' | 'retryRun'
>;

/** What people and code do with runs (P12, cancel; P15, run now). */
export function createRunApi(deps: ApiDeps): RunMethods {
  return {
    trigger: (jobId, input = {}, options = {}) => trigger(deps, { jobId, input, options }),
    getRun: (runId) => getRun(deps, runId),
    listRuns: (query) => deps.store.listRuns(query),
    getLogs: (runId) => getLogs(deps, runId),
    cancelRun: (runId, { force = false } = {}, options = {}) => cancelRun(deps, { runId, force, options }),
    retryRun: (runId, options = {}) => retryRun(deps, runId, options),
  };
}

async function getRun({ store }: ApiDeps, runId: string): Promise<RunView> {
  const view = await store.getRun(runId);
  if (view === undefined) throw runNotFound(runId);
  return view;
}

async function getLogs({ store }: ApiDeps, runId: string): Promise<readonly LogLine[]> {
  const lines = await store.getLogs(runId);
  if (lines === undefined) throw runNotFound(runId);
  return lines;
}

async function cancelRun(
  deps: ApiDeps,
  {
    runId,
    force,
    options,
  }: { readonly runId: string; readonly force: boolean; readonly options: CommandOptions },
): Promise<RunView> {
  const known = await getRun(deps, runId);
  deps.dispatcher.takeBack({ runId });
  const audit = auditOf(options, 'run.cancel', { force });
  const result = await deps.writes.cancelRun({ runId, force, ...audit }, options.signal);
  afterCancel(deps, result);
  switch (result.kind) {
    case 'cancelled':
      deps.events.emit('run.cancelled', known.jobId, runId);
      return { ...known, run: result.run };
    case 'requested':
      return { ...known, run: result.run };
    case 'finished':
      throw new EngineError('conflict', `The run is over: it is ${result.run.status}.`);
    case 'absent':
      throw runNotFound(runId);
    default:
      return result satisfies never;
  }
}

async function retryRun(deps: ApiDeps, runId: string, options: CommandOptions): Promise<RunView> {
  const known = await getRun(deps, runId);
  if (isLive(known.run)) {
    const due = await makeDue(deps, runId, options);
    if (due !== undefined) return due;
  }
  const { payload, jobUid } = known.run;
  const override = payload === undefined ? {} : { payload, ...(await checkerOf(deps, known, payload)) };
  const start = { retryOf: runId, ...override, ...traceOf(deps.settings) };
  const command = triggerInput(known.jobId, start, { ...options, ifUid: jobUid });
  return askForRun(deps, { command, options }, (result) => {
    if (result.kind === 'stale')
      throw new EngineError(
        'conflict',
        `The job of this run was deleted; "${known.jobId}" is another one now. Run that one instead.`,
      );
    return startedRun(deps, result, known.jobId).view;
  });
}

/** Makes a live run due that waits for a retry; undefined: the run has ended meanwhile. */
async function makeDue(deps: ApiDeps, runId: string, options: CommandOptions): Promise<RunView | undefined> {
  const audit = auditOf(options, 'run.retry', {});
  const made = await deps.writes.makeDue({ runId, ...audit }, options.signal);
  if (made === 'due') {
    deps.dispatcher.recheck();
    deps.node.notify({ kind: 'wake' });
    return getRun(deps, runId);
  }
  const again = await getRun(deps, runId);
  if (isLive(again.run))
    throw new EngineError(
      'conflict',
      'The run is live and does not wait for a retry. Wait for its end, or cancel it.',
    );
  return undefined;
}

function isLive(run: Run): run is LiveRun {
  return isLiveStatus(run.status);
}
