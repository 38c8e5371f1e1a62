import { runNotFound } from '../../../core/model/not-found.ts';
import { isLiveRun, isSlotOpen, type JsonText, slotsOf } from '../../../core/model/run.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import type { RunView } from '../../../core/store/store-views.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { sealStored } from '../../job-types/secret-payload.ts';
import { type CommandOptions, EngineError, type RetryOptions } from '../../ports/engine-port.ts';
import { afterCancel } from '../command-effects.ts';
import { staleJob } from '../command-errors.ts';
import { auditOf } from '../command-options.ts';
import { requireAllowedType } from '../jobs/policy.ts';
import { guardReply } from '../store-writes.ts';
import { checkerOf } from './payload-override.ts';
import { askForRun, requestedRun, triggerInput } from './trigger.ts';

export async function getRun({ store }: EngineParts, runId: string): Promise<RunView> {
  const view = await store.getRun(runId);
  if (view === undefined) throw runNotFound(runId);
  return view;
}

export async function getLogs({ store }: EngineParts, runId: string): Promise<readonly LogLine[]> {
  const lines = await store.getLogs(runId);
  if (lines === undefined) throw runNotFound(runId);
  return lines;
}

export async function cancelRun(
  deps: EngineParts,
  runId: string,
  { force = false }: { readonly force?: boolean } = {},
  options: CommandOptions = {},
): Promise<RunView> {
  const known = await getRun(deps, runId);
  requireAllowedType(options, known.type);
  deps.dispatcher.takeBack({ runId });
  const audit = auditOf(options, 'run.cancel', { force });
  const result = await guardReply(
    deps,
    deps.store.cancelRun(
      { runId, ifVersion: options.ifVersion, force, by: options.by, audit },
      options.signal,
    ),
  );
  afterCancel(deps, result);
  switch (result.kind) {
    case 'cancelled':
      deps.events.emit('run.cancelled', known.jobId, runId, {
        reason: result.run.reason,
        by: result.run.cancelledBy,
      });
      return { ...known, run: result.run };
    case 'requested':
      return { ...known, run: result.run };
    case 'finished':
      throw new EngineError(
        'conflict',
        `The run has ended (${result.run.status}), so it can't be cancelled.`,
      );
    case 'stale':
      throw staleJob();
    case 'absent':
      throw runNotFound(runId);
    default:
      return result satisfies never;
  }
}

export async function retryRun(
  deps: EngineParts,
  runId: string,
  options: RetryOptions = {},
): Promise<RunView> {
  const { unlessDone } = options;
  const known = await getRun(deps, runId);
  requireAllowedType(options, known.type);
  if (isLiveRun(known.run)) {
    const due = await makeDue(deps, runId, options);
    if (due !== undefined) return due;
  }
  const { jobUid } = known.run;
  const payload = known.run.payload && sealedAgain(deps, known, known.run.payload);
  const override = payload === undefined ? {} : { payload, ...(await checkerOf(deps, known, payload)) };
  // Who runs a slot again that this very run has done means it.
  const isBound = unlessDone === true && isSlotOpen(known.run);
  const slots =
    known.run.scheduledFor === undefined ? {} : { slots: slotsOf(known.run), unlessDone: isBound };
  const start = { retryOf: runId, ...slots, ...override, trace: deps.settings.tracing?.current() };
  const input = triggerInput(known.jobId, start, { ...options, ifUid: jobUid });
  return askForRun(deps, input, options.signal, (result) => {
    if (result.kind === 'stale' && options.ifVersion === undefined) {
      const message = `The job of this run was deleted; "${known.jobId}" is another one now. Run that one instead.`;
      throw new EngineError('conflict', message);
    }
    const { duplicate: _, ...view } = requestedRun(deps, result, known.jobId);
    return view;
  });
}

/** The earlier run may have a plain value, from before its field was secret, or one of an older key. */
function sealedAgain({ registry, secrets }: EngineParts, { type, jobId }: RunView, json: JsonText): JsonText {
  const rules = registry.get(type)?.payload ?? { secretFields: [] };
  return sealStored(secrets, { rules, jobId, json });
}

/** Makes a live run due that waits for a retry. Undefined when the run has ended meanwhile. */
async function makeDue(
  deps: EngineParts,
  runId: string,
  options: CommandOptions,
): Promise<RunView | undefined> {
  const { ifVersion } = options;
  const audit = auditOf(options, 'run.retry', {});
  const made = await guardReply(deps, deps.store.makeDue({ runId, ifVersion, audit }, options.signal));
  if (made === 'stale') throw staleJob();
  if (made === 'due') {
    deps.dispatcher.nextPass.recheck();
    deps.node.notify({ kind: 'wake' });
    return getRun(deps, runId);
  }
  if (!isLiveRun((await getRun(deps, runId)).run)) return undefined;
  const message = 'The run is live and does not wait for a retry. Wait for its end, or cancel it.';
  throw new EngineError('conflict', message);
}
