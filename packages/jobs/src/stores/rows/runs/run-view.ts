import { NO_PAYLOAD } from '../../../core/model/job.ts';
import { isLiveRun, type JsonText, type Run } from '../../../core/model/run.ts';
import type { RunView } from '../../../core/store/store-views.ts';

/** The version of the job that a run ran with. `now`: the current one. */
export function versionOf(run: Run, now: number): number | undefined {
  if (!isLiveRun(run)) return run.jobVersion;
  return run.claim === undefined ? undefined : (run.jobVersion ?? now);
}

/** `ofVersion`: the payload of the run's version, if it is kept. */
export function ranWithOf(run: Run, ofVersion: JsonText | null | undefined): Pick<RunView, 'ranWith'> {
  const ranWith = run.payload ?? ofVersion ?? NO_PAYLOAD;
  return ranWith === NO_PAYLOAD ? {} : { ranWith };
}
