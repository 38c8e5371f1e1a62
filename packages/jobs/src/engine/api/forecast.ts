import { forecastRuns } from '../../core/forecast/forecast.ts';
import type { Forecast, ForecastQuery } from '../../core/forecast/forecast-result.ts';
import type { EngineParts } from '../engine-parts.ts';
import { EngineError } from '../ports/engine-port.ts';
import { parseInstant } from './command-options.ts';
import { inSlices } from './in-slices.ts';
import { withWindows } from './job-windows.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 168;
/** Most hours with a step of a minute: 1,440 steps. */
const MOST_HOURS_BY_MINUTE = 24;
/** Beyond so many jobs, a forecast looks at a sample of about that many. */
const EXACT_JOBS = 1_000;
/** A list of the jobs of one hour is exact up to so many. */
const EXACT_JOBS_LISTED = 10_000;

/** The runs to come (P38, forecast). Its work is done in slices, so that handlers and requests go on. */
export async function forecast(
  { settings, store, pauseState }: EngineParts,
  { from, hours = DEFAULT_HOURS, step = 'hour', jobs: listed = 0, ...which }: ForecastQuery = {},
): Promise<Forecast> {
  const stepMs = step === 'hour' ? HOUR_MS : HOUR_MS / 60;
  const now = store.now();
  const start = parseInstant(from, '/from') ?? now;
  const { current: pause } = pauseState;
  const window = {
    now,
    from: Math.floor(start / stepMs) * stepMs,
    steps: (hours * HOUR_MS) / stepMs,
    stepMs,
    listed,
    pausedUntil: pause && (pause.until ?? Number.POSITIVE_INFINITY),
  };
  requireWindow({ ...window, hours });
  const most = listed > 0 && hours === 1 ? EXACT_JOBS_LISTED : EXACT_JOBS;
  const { jobs, total } = await store.forecastJobs({ ...which, most });
  const work = forecastRuns({ jobs: await withWindows({ store }, jobs), total }, window);
  return inSlices(settings.clock, work);
}

interface GivenWindow {
  readonly now: number;
  readonly from: number;
  readonly hours: number;
  readonly stepMs: number;
}

function requireWindow({ now, from, hours, stepMs }: GivenWindow): void {
  if (stepMs < HOUR_MS && hours > MOST_HOURS_BY_MINUTE) {
    throw invalid(
      '/hours',
      `must be at most ${MOST_HOURS_BY_MINUTE} with step: "minute"; got ${hours}. Use step: "hour", or ask for one day after the other with from`,
    );
  }
  if (from + hours * HOUR_MS > now) return;
  throw invalid(
    '/from',
    'must not be so early that the window has ended: a forecast counts runs to come. Leave it out to begin now',
  );
}

function invalid(pointer: string, detail: string): EngineError {
  return new EngineError('invalid', 'The query of the forecast is not valid.', [{ pointer, detail }]);
}
