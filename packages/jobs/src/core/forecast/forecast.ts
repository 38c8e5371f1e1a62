import type { ForecastJobs } from './forecast-job.ts';
import type { Forecast, ForecastWindow } from './forecast-result.ts';
import { ForecastSums } from './forecast-sums.ts';
import { createMinuteCounts } from './minute-counts.ts';
import { typicalDurations } from './typical-durations.ts';

/**
 * Computes the forecast (P38, forecast) from the schedules of jobs, or of a sample of them. It yields after
 * each small part of the work, about a millisecond, so that the caller can let other work run.
 */
export function* forecastRuns(
  { jobs, total }: ForecastJobs,
  window: ForecastWindow,
): Generator<void, Forecast> {
  const typical = typicalDurations(jobs);
  const sums = new ForecastSums(window);
  const count = createMinuteCounts({ ...window, minutes: sums.minutes });
  for (const job of jobs) {
    const ofJob = sums.begin(job);
    try {
      yield* count(job, typical.ofJob(job) ?? 0, ofJob.add);
    } catch {
      // The planner reports the same fault with the job's name.
      sums.failed += 1;
      continue;
    }
    sums.end(ofJob, typical.ofJob(job));
    yield;
  }
  return sums.result({ total, counted: jobs.length, typical });
}
