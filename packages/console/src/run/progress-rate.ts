/** How much was done when somebody looked. Instants in ms, by the server's clock. */
export interface ProgressSample {
  readonly at: number;
  readonly done: number;
}

export interface ProgressRate {
  readonly perSecond: number;
  /** Undefined where nothing says how much there is to do. */
  readonly leftMs: number | undefined;
}

/** What lies further back says little about how fast it goes now. */
const WINDOW_MS = 60_000;
const MOST_SAMPLES = 120;
/** Two looks closer together say nothing: the server tells progress once a second. */
const SHORTEST_MS = 900;
/** Without news for so long, it is said to stand still. */
const STILL_AFTER_MS = 15_000;

/** The samples with a new one. Going back means that another attempt has begun, which starts anew. */
export function withSample(
  samples: readonly ProgressSample[],
  sample: ProgressSample,
): readonly ProgressSample[] {
  const last = samples.at(-1);
  if (last === undefined || sample.done < last.done) return [sample];
  if (sample.done === last.done) return samples;
  return [...samples, sample].filter(({ at }) => at >= sample.at - WINDOW_MS).slice(-MOST_SAMPLES);
}

/** How fast it goes, and how long it will take; undefined until there is something to judge by. */
export function progressRate(
  samples: readonly ProgressSample[],
  total: number | null,
  now: number,
): ProgressRate | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < SHORTEST_MS) return undefined;
  // What has not moved since counts as time, so that a slower pace shows before its next step does.
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

/** Since when it has not moved, if that is long. */
export function stillSince(samples: readonly ProgressSample[], now: number): number | undefined {
  const last = samples.at(-1);
  return last !== undefined && now - last.at >= STILL_AFTER_MS ? last.at : undefined;
}

/** A rate for people: "12 a second", "4.5 a minute", "3 an hour". */
export function rateText(perSecond: number): string {
  if (perSecond >= 1) return `${rounded(perSecond)} a second`;
  if (perSecond * 60 >= 1) return `${rounded(perSecond * 60)} a minute`;
  return `${rounded(perSecond * 3_600)} an hour`;
}

/** How much is done, in percent of all that there is; undefined where that is not told, or makes no sense. */
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
