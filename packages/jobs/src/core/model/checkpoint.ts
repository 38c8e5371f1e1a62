import { isRecord } from '../objects.ts';
import type { JsonText } from './run.ts';

/** What the attempts of a run have saved for the next one (P30, resume). */
export interface SavedState {
  /** The checkpoint. */
  readonly value?: JsonText | undefined;
  /** The results of steps, in the order of their ends. A step without a result has none. */
  readonly steps: readonly SavedStep[];
}

export type SavedStep = readonly [name: string, result?: JsonText];

export const NOTHING_SAVED: SavedState = { steps: [] };

/** What people see of it. */
export interface CheckpointView {
  readonly savedAt: number;
  /** The names of finished steps; none are shown if the state is sealed. */
  readonly steps: readonly string[];
}

/** The text that {@link savedStateIn} reads. */
export function savedStateText({ value, steps }: SavedState): string {
  return JSON.stringify(value === undefined ? { steps } : { value, steps });
}

/** Undefined for any other text, such as a sealed one. */
export function savedStateIn(text: string): SavedState | undefined {
  const parsed = parsedOf(text);
  if (!isRecord(parsed) || !Array.isArray(parsed.steps) || !parsed.steps.every(isStep)) return undefined;
  const { value } = parsed;
  if (value !== undefined && typeof value !== 'string') return undefined;
  return { value, steps: parsed.steps };
}

export function checkpointView(savedAt: number, content: string): CheckpointView {
  return { savedAt, steps: (savedStateIn(content) ?? NOTHING_SAVED).steps.map(([name]) => name) };
}

function isStep(step: unknown): step is SavedStep {
  return (
    Array.isArray(step) &&
    step.length >= 1 &&
    step.length <= 2 &&
    step.every((one) => typeof one === 'string')
  );
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
