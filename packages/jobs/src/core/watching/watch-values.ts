import { shownValue } from '../input/shown-value.ts';
import { MOST_JUDGED_RUNS } from '../limits.ts';
import type { ExpectOptions, PauseAfterOptions } from '../model/job-requests.ts';
import { formatDuration, parseWholeMs } from '../time/duration.ts';
import type { Expectations, FailureBudget } from './watching.ts';

const LONGEST_EXPECTATION_MS = 400 * 86_400_000;

/** A budget with its default, or what is wrong with it. */
export function failureBudgetOf({ failures, ofLast = failures }: PauseAfterOptions): FailureBudget | string {
  if (!Number.isInteger(failures) || failures < 1 || failures > MOST_JUDGED_RUNS)
    return `pauseAfter.failures must be a whole number from 1 to ${MOST_JUDGED_RUNS}; got ${shownValue(failures)}`;
  if (!Number.isInteger(ofLast) || ofLast < failures || ofLast > MOST_JUDGED_RUNS)
    return `pauseAfter.ofLast must be a whole number from pauseAfter.failures (${failures}) to ${MOST_JUDGED_RUNS}; got ${shownValue(ofLast)}`;
  return { failures, ofLast };
}

/** What is expected of a job in ms, or what is wrong with it. Undefined: nothing is expected. */
export function expectationsOf(options: ExpectOptions): Expectations | string | undefined {
  const parsed: Record<string, number> = {};
  for (const name of ['successWithin', 'duration', 'startWithin'] as const) {
    const text = options[name];
    if (text === undefined) continue;
    const ms = parseWholeMs(text);
    if (!ms.ok) return `expect.${name} ${ms.detail}`;
    if (ms.value < 1_000 || ms.value > LONGEST_EXPECTATION_MS)
      return `expect.${name} must be from 1s to 9600h; got ${shownValue(text)}`;
    parsed[`${name}Ms`] = ms.value;
  }
  return Object.keys(parsed).length === 0 ? undefined : parsed;
}

/** The options that give these expectations. */
export function expectOptions({ successWithinMs, durationMs, startWithinMs }: Expectations): ExpectOptions {
  return {
    ...(successWithinMs === undefined ? {} : { successWithin: formatDuration(successWithinMs) }),
    ...(durationMs === undefined ? {} : { duration: formatDuration(durationMs) }),
    ...(startWithinMs === undefined ? {} : { startWithin: formatDuration(startWithinMs) }),
  };
}

/** Sorted, each once; undefined if there are none. */
export function sortedNames(names: readonly string[] | undefined): readonly string[] | undefined {
  return names === undefined || names.length === 0 ? undefined : [...new Set(names)].sort();
}
