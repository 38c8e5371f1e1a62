import type { Preview } from '@greenvue/jobs/client';

/** What an edit does to the next run of a job. */
export type NextRunChange =
  | { readonly kind: 'stays'; readonly at: string }
  | { readonly kind: 'moves'; readonly from: string; readonly to: string }
  /** It had none, and gets one. */
  | { readonly kind: 'comes'; readonly to: string }
  /** It had one, and loses it. */
  | { readonly kind: 'goes'; readonly from: string }
  /**
   * It has none, before and after: paused, on demand, or a fixed delay that a run at work has yet to begin.
   */
  | { readonly kind: 'none' };

/** Reads it from a dry run of the edit. */
export function nextRunChange({ before, times }: Pick<Preview, 'before' | 'times'>): NextRunChange {
  const [to] = times;
  if (before === null) return to === undefined ? { kind: 'none' } : { kind: 'comes', to };
  if (to === undefined) return { kind: 'goes', from: before };
  return before === to ? { kind: 'stays', at: before } : { kind: 'moves', from: before, to };
}
