import type { ForecastJob } from './forecast-job.ts';

/** How long runs usually take (ms): the median of kept runs that succeeded. */
export interface TypicalDurations {
  /** Of the job's own runs, or else of its type's. */
  ofJob(job: ForecastJob): number | undefined;
  ofType(type: string): number | undefined;
}

export function typicalDurations(jobs: readonly ForecastJob[]): TypicalDurations {
  const byType = new Map<string, number[]>();
  for (const { type, durationsMs } of jobs) {
    const known = byType.get(type) ?? [];
    known.push(...durationsMs);
    byType.set(type, known);
  }
  const ofTypes = new Map([...byType].map(([type, durations]) => [type, median(durations)]));
  return {
    ofJob: ({ type, durationsMs }) => median(durationsMs) ?? ofTypes.get(type),
    ofType: (type) => ofTypes.get(type),
  };
}

/** The lower one of two middle values. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1];
}
