import { shownValue } from '../input/shown-value.ts';
import type { OnlyIf } from '../model/job-requests.ts';
import { formatDuration, parseWholeMs } from '../time/duration.ts';
import type { Gate } from './gate.ts';

const SHORTEST_GATE_MS = 1_000;
const LONGEST_GATE_MS = 9_600 * 3_600_000;

/** A gate from its option, or what is wrong with its `succeededWithin`. */
export function gateOf({ job, succeededWithin }: OnlyIf): Gate | string {
  const parsed = parseWholeMs(succeededWithin);
  if (!parsed.ok) return parsed.detail;
  if (parsed.value < SHORTEST_GATE_MS || parsed.value > LONGEST_GATE_MS)
    return `must be from 1s to 9600h, such as 24h; got ${shownValue(succeededWithin)}`;
  return { job, succeededWithinMs: parsed.value };
}

/** The option that gives this gate. */
export function onlyIfOf({ job, succeededWithinMs }: Gate): OnlyIf {
  return { job, succeededWithin: formatDuration(succeededWithinMs) };
}
