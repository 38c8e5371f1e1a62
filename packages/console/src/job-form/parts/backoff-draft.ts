import type { Fault } from '@greenvue/jobs/client';
import { readNumberField } from './short-fields.ts';

/** The parts of a backoff, in the order of the form. */
export const BACKOFF_PARTS = ['initial', 'max', 'factor', 'jitter'] as const;
export type BackoffPart = (typeof BACKOFF_PARTS)[number];

/** The backoff of a job, as a request body. Absent parts get the job type's defaults. */
export interface Backoff {
  readonly initial?: string;
  readonly max?: string;
  readonly factor?: number;
  readonly jitter?: number;
}

/** The texts as they were typed. An empty one means the job type's. */
export type BackoffDraft = Readonly<Record<BackoffPart, string>>;

export function backoffDraft(backoff: Backoff = {}): BackoffDraft {
  const { initial = '', max = '', factor = '', jitter = '' } = backoff;
  return { initial, max, factor: String(factor), jitter: String(jitter) };
}

const RANGES = { factor: { least: 1, most: 100 }, jitter: { least: 0, most: 1 } } as const;

/** Reads a draft, and adds the faults that prevent sending it. */
export function readBackoff(draft: BackoffDraft, faults: Fault[]): Backoff | undefined {
  const initial = draft.initial.trim();
  const max = draft.max.trim();
  const read = (part: keyof typeof RANGES) =>
    readNumberField({ text: draft[part], pointer: `/backoff/${part}`, ...RANGES[part] }, faults);
  const factor = read('factor');
  const jitter = read('jitter');
  const parts: Backoff = {
    ...(initial === '' ? {} : { initial }),
    ...(max === '' ? {} : { max }),
    ...(factor === undefined ? {} : { factor }),
    ...(jitter === undefined ? {} : { jitter }),
  };
  return Object.keys(parts).length === 0 ? undefined : parts;
}

export function isSameBackoff(a: Backoff | undefined, b: Backoff | undefined): boolean {
  return BACKOFF_PARTS.every((part) => a?.[part] === b?.[part]);
}
