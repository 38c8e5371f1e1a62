import {
  type CancelReason,
  type FinishedStatus,
  type Held,
  isLiveStatus,
  type LiveStatus,
  REASON_CODES,
  REASONS,
  type RunReason,
  type RunStatus,
  type RunTrigger,
} from '../../../core/model/run.ts';
import type { Measure } from '../../../core/rules/run-measures.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';

/**
 * The numbers in the tables of runs. Never change one: databases contain them, and the CHECKs and partial
 * indexes of the migrations use them.
 */
export const STATUS: Readonly<Record<RunStatus, number>> = {
  queued: 0,
  running: 1,
  succeeded: 2,
  failed: 3,
  cancelled: 4,
  skipped: 5,
};

/** The measures of hourly counts: a status keeps its number. */
export const MEASURE: Readonly<Record<Measure, number>> = {
  succeeded: STATUS.succeeded,
  failed: STATUS.failed,
  cancelled: STATUS.cancelled,
  skipped: STATUS.skipped,
  lateness: 6,
};

export const REASON: Readonly<Record<RunReason, number>> = REASON_CODES;

export const HELD: Readonly<Record<Held, number>> = { no: 0, overlap: 1, pause: 2, run_at: 3 };

export const TRIGGER: Readonly<Record<RunTrigger, number>> = { schedule: 0, manual: 1, chain: 2 };

export const LEVEL: Readonly<Record<LogLine['level'], number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export const statusOf = wordsOf(STATUS);
export const measureOf = wordsOf(MEASURE);
export const reasonOf = wordsOf(REASON);
export const cancelOf = wordsOf<CancelReason>(REASONS.cancelled);
export const heldOf = wordsOf(HELD);
export const triggerOf = wordsOf(TRIGGER);
export const levelOf = wordsOf(LEVEL);

export function finishedStatusOf(code: number): FinishedStatus {
  const status = statusOf(code);
  if (isLiveStatus(status)) throw new Error(`a finished run has status ${code}`);
  return status;
}

export function liveStatusOf(code: number): LiveStatus {
  return code === STATUS.running ? 'running' : 'queued';
}

function wordsOf<Word extends string>(codes: Readonly<Record<Word, number>>): (code: number) => Word {
  const words: Word[] = [];
  for (const word in codes) words[codes[word]] = word;
  return (code) => {
    const word = words[code];
    if (word === undefined) throw new Error(`${code} is no code of ${words.join(', ')}`);
    return word;
  };
}
