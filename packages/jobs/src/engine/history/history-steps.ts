import { formatDuration, parseWholeMs } from '../../core/time/duration.ts';
import { EngineError, type InvalidField, type RunHistoryQuery } from '../ports/engine-port.ts';
import type { HistorySteps } from './run-history.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Bounds the work of a read and the size of its answer. */
const MOST_STEPS = 1_000;

/** The longest ranges (ms) that have these steps, unless the query names a step. */
const STEPS: readonly (readonly [upToMs: number, stepMs: number])[] = [
  [2 * HOUR_MS, MINUTE_MS],
  [4 * DAY_MS, HOUR_MS],
  [14 * DAY_MS, 6 * HOUR_MS],
];

interface Range {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly step: RunHistoryQuery['step'];
}

/**
 * The range and the steps that a query means: by default, the last 24 hours; the last
 * hour if the step is shorter than an hour. Widens the range to whole
 * hours, or to whole minutes if the steps are shorter than an hour. Throws `invalid`.
 */
export function historySteps({ from, to, step }: Range, now: number): HistorySteps {
  const end = to ?? now;
  const named = step === undefined ? undefined : parseStep(step);
  const begin = from ?? end - (named !== undefined && named < HOUR_MS ? HOUR_MS : DAY_MS);
  if (begin >= end) throw invalid('/from', '`from` must be before `to`, and `to` is now if it is left out.');
  const stepMs = named ?? defaultStep(end - begin);
  const isShort = stepMs < HOUR_MS;
  if (isShort && end - begin > DAY_MS)
    throw invalid(
      '/step',
      'A step shorter than "1h" is for a range of at most 24 hours. Use a step of "1h" or more.',
    );
  const unit = isShort ? MINUTE_MS : HOUR_MS;
  const first = Math.floor(begin / unit) * unit;
  // Now is in the last step, also at the start of an hour.
  const last = to === undefined ? (Math.floor(end / unit) + 1) * unit : Math.ceil(end / unit) * unit;
  if ((last - first) / stepMs > MOST_STEPS) {
    const least = Math.ceil((last - first) / MOST_STEPS / unit) * unit;
    throw invalid(
      '/step',
      `This range has more than 1,000 steps. Use a step of at least "${formatDuration(least)}", or a shorter range.`,
    );
  }
  return { from: first, to: last, stepMs };
}

function defaultStep(rangeMs: number): number {
  return STEPS.find(([upToMs]) => rangeMs <= upToMs)?.[1] ?? DAY_MS;
}

function parseStep(step: string): number {
  const parsed = parseWholeMs(step);
  const ms = parsed.ok ? parsed.value : 0;
  const unit = ms < HOUR_MS ? MINUTE_MS : HOUR_MS;
  if (ms < unit || ms % unit !== 0)
    throw invalid(
      '/step',
      `\`step\` must be whole hours such as "1h" or "24h", or whole minutes below an hour such as "5m"; got "${step}".`,
    );
  return ms;
}

function invalid(pointer: InvalidField['pointer'], detail: string): EngineError {
  return new EngineError('invalid', detail, [{ pointer, detail }]);
}
