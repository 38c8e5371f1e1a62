import { pauseAllJobs, resumeAllJobs } from '../pauses/pause-all.ts';
import type { JobStore } from '../store/store.ts';
import type { PauseAllResult, ResumeAllResult } from '../store/store-commands.ts';
import { ask, type Script } from './script.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** The target of its entries in the audit log. */
const ALL = 'all';

/** P36, tags and bulk: pauses all jobs, or changes the reason and the end of that pause. */
export function* pauseAll(
  unit: UnitOfWork,
  { audit, ...input }: Parameters<JobStore['pauseAll']>[0],
): Script<PauseAllResult> {
  const before = yield* ask('readPauseOfAll');
  const pause = pauseAllJobs(before, input, unit.now);
  if ('ok' in pause) return { kind: 'refused', refusal: pause };
  yield* ask('writePauseOfAll', pause);
  if (audit !== undefined) yield* ask('writeAudit', audit, ALL);
  return { kind: 'done', pause };
}

/** P36, tags and bulk: ends the pause of all jobs. Without one, it changes nothing. */
export function* resumeAll(
  unit: UnitOfWork,
  { audit }: Parameters<JobStore['resumeAll']>[0],
): Script<ResumeAllResult> {
  const before = yield* ask('readPauseOfAll');
  const ended = resumeAllJobs(before, unit.now);
  if (ended === undefined) return { changed: false, pause: before };
  yield* ask('writePauseOfAll', ended);
  if (audit !== undefined) yield* ask('writeAudit', audit, ALL);
  return { changed: true, pause: ended };
}
