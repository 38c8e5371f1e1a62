import type { Fault } from '../input/fault.ts';
import { duration, required, text, wholeNumber } from '../input/rule.ts';
import { shape } from '../input/shape.ts';
import { shownValue } from '../input/shown-value.ts';
import { parseWholeMs } from '../time/duration.ts';
import type { TypeLimits } from './type-limits.ts';

/** The limits of a job type, across all nodes, such as `{ running: 5, per: '/tenant_id' }`. */
export interface TypeLimitsOptions {
  /** The most runs at a time. */
  readonly running?: number;
  /** The most starts in any span of this length, such as `{ runs: 100, per: '1m' }`. Retries count. */
  readonly rate?: { readonly runs: number; readonly per: string };
  /**
   * A JSON pointer to a payload field, such as `/tenant_id`: the limits then hold for each value of its own.
   * Runs without the field share one value. It must not be secret, an object or an array.
   */
  readonly per?: string;
}

/** A claim of a group reads and writes the starts of its last period. */
const MOST_RUNS_OF_RATE = 10_000;
const SHORTEST_PERIOD_MS = 100;
const LONGEST_PERIOD_MS = 24 * 3_600_000;
const PERIOD = '/rate/per';

const LIMITS = 'limits such as { running: 5 } or { rate: { runs: 100, per: "1m" }, per: "/tenant_id" }';

export const typeLimitsRule = shape<TypeLimitsOptions>(LIMITS, {
  running: wholeNumber({ min: 1 }),
  rate: shape<NonNullable<TypeLimitsOptions['rate']>>('a rate such as { runs: 100, per: "1m" }', {
    runs: required(wholeNumber({ min: 1, max: MOST_RUNS_OF_RATE })),
    per: required(duration),
  }),
  per: text({ min: 1, max: 1_000, like: '/tenant_id' }),
});

/**
 * The limits that options ask for, or what is wrong with them. The schema of the payload decides about `per`.
 */
export function typeLimitsOf({ running, rate, per }: TypeLimitsOptions): TypeLimits | Fault {
  if (running === undefined && rate === undefined)
    return { pointer: '', detail: `must have running or rate, as in ${LIMITS}: per alone limits nothing` };
  const perMs = rate === undefined ? undefined : parseWholeMs(rate.per);
  if (perMs?.ok === false) return { pointer: PERIOD, detail: perMs.detail };
  if (perMs !== undefined && (perMs.value < SHORTEST_PERIOD_MS || perMs.value > LONGEST_PERIOD_MS))
    return {
      pointer: PERIOD,
      detail: `must be from 100ms to 24h, such as "1m"; got ${shownValue(rate?.per)}`,
    };
  return {
    ...(running === undefined ? {} : { running }),
    ...(rate === undefined || perMs === undefined ? {} : { rate: { runs: rate.runs, perMs: perMs.value } }),
    ...(per === undefined ? {} : { per }),
  };
}
