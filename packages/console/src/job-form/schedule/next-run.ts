import type { Preview } from '@greenvue/jobs/client';

/** The effect of an edit on a job's next run. */
export type NextRunChange =
  | { readonly kind: 'stays'; readonly at: string }
  | { readonly kind: 'moves'; readonly from: string; readonly to: string }
  /** The job had no next run and gets one. */
  | { readonly kind: 'comes'; readonly to: string }
  /** The job had a next run and loses it. */
  | { readonly kind: 'goes'; readonly from: string }
  /**
   * No next run before and after: the job is paused, on demand, or its fixed delay starts only when a run
   * ends.
   */
  | { readonly kind: 'none' };

/** Reads the effect from a dry run of the edit. */
export function nextRunChange({ before, times }: Pick<Preview, 'before' | 'times'>): NextRunChange {
  const [to] = times;
  if (before === null) return to === undefined ? { kind: 'none' } : { kind: 'comes', to };
  if (to === undefined) return { kind: 'goes', from: before };
  return before === to ? { kind: 'stays', at: before } : { kind: 'moves', from: before, to };
}
