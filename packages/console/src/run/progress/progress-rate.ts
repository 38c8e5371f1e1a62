/** The progress at a time in ms of the server's clock. */
export interface ProgressSample {
  readonly at: number;
  readonly done: number;
}

export interface ProgressRate {
  readonly perSecond: number;
  /** Undefined if the total is unknown. */
  readonly leftMs: number | undefined;
}

/** Older samples say little about the current rate. */
const WINDOW_MS = 60_000;
const MOST_SAMPLES = 120;
/** Samples at shorter intervals are useless: the server updates progress every second. */
const SHORTEST_MS = 900;
/** Without progress for this long, the run counts as stalled. */
const STILL_AFTER_MS = 15_000;

/** Adds a sample. A lower value means that another attempt started, which clears the others. */
export function withSample(
  samples: readonly ProgressSample[],
  sample: ProgressSample,
): readonly ProgressSample[] {
  const last = samples.at(-1);
  if (last === undefined || sample.done < last.done) return [sample];
  if (sample.done === last.done) return samples;
  return [...samples, sample].filter(({ at }) => at >= sample.at - WINDOW_MS).slice(-MOST_SAMPLES);
}

/** The rate and the time left; undefined until two samples differ. */
export function progressRate(
  samples: readonly ProgressSample[],
  total: number | null,
  now: number,
): ProgressRate | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < SHORTEST_MS) return undefined;
  // Time without progress counts, so that a slower rate shows before the next step.
  const gap = (last.at - first.at) / (samples.length - 1);
  const until = Math.max(last.at, now - gap);
  const perSecond = ((last.done - first.done) / (until - first.at)) * 1_000;
  if (!(perSecond > 0)) return undefined;
  const left = total === null ? undefined : Math.max(total - last.done, 0);
  const since = Math.max(now - last.at, 0);
  return {
    perSecond,
    leftMs: left === undefined ? undefined : Math.max((left / perSecond) * 1_000 - Math.min(since, gap), 0),
  };
}

/** Since when there is no progress, if that is long. */
export function stillSince(samples: readonly ProgressSample[], now: number): number | undefined {
  const last = samples.at(-1);
  return last !== undefined && now - last.at >= STILL_AFTER_MS ? last.at : undefined;
}

/** A rate as text: "12 a second", "4.5 a minute", "3 an hour". */
export function rateText(perSecond: number): string {
  if (perSecond >= 1) return `${rounded(perSecond)} a second`;
  if (perSecond * 60 >= 1) return `${rounded(perSecond * 60)} a minute`;
  return `${rounded(perSecond * 3_600)} an hour`;
}

/** The progress in percent; undefined if the total is unknown or invalid. */
export function percentOf({
  done,
  total,
}: {
  readonly done: number;
  readonly total: number | null;
}): number | undefined {
  if (total === null || !(total > 0)) return undefined;
  return Math.min(Math.max((done / total) * 100, 0), 100);
}

function rounded(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}
