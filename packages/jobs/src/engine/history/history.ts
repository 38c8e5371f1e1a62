import { jobNotFound } from '../../core/model/not-found.ts';
import { parseInstant } from '../api/command-options.ts';
import type { EngineParts } from '../engine-parts.ts';
import { EngineError, type RunHistoryQuery } from '../ports/engine-port.ts';
import type { RunHistory } from '../ports/engine-stats.ts';
import { createHistoryReads } from './history-reads.ts';
import { historySteps } from './history-steps.ts';
import { runHistoryOf } from './run-history.ts';

/** `history` of the engine, with checked arguments. */
export function createHistory({ settings, store }: Pick<EngineParts, 'settings' | 'store'>) {
  const { clock } = settings;
  const read = createHistoryReads({ store, clock });
  return async ({ from, to, step, ...which }: RunHistoryQuery = {}): Promise<RunHistory> => {
    requireOneSubject(which);
    const bounds = { from: parseInstant(from, '/from'), to: parseInstant(to, '/to'), step };
    const steps = historySteps(bounds, clock.now());
    const counts = await read({ ...which, ...steps });
    if (counts === undefined) throw jobNotFound(which.jobId ?? '');
    return runHistoryOf(counts, steps);
  };
}

/** A run counts for its job, for its type and for each of its tags, but not for two of these together. */
function requireOneSubject({ jobId, type, tag }: Pick<RunHistoryQuery, 'jobId' | 'type' | 'tag'>): void {
  if ([jobId, type, tag].filter((one) => one !== undefined).length <= 1) return;
  const detail = 'Use one of `jobId`, `type` and `tag`, and leave out the others.';
  throw new EngineError('invalid', detail, [{ pointer: '', detail }]);
}
