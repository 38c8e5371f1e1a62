import type { Priority } from '../model/priority.ts';

/** Half of the longest time that a run waits behind a higher one that became due after it. */
export const PRIORITY_STEP_MS = 150_000;

/**
 * P29, limits and priority: due runs start in the order of this instant. Normal runs keep their due times, so
 * without other priorities, the order is that of the due index.
 */
export function startOrder(availableAt: number, priority: Priority = 'normal'): number {
  switch (priority) {
    case 'high':
      return availableAt - PRIORITY_STEP_MS;
    case 'normal':
      return availableAt;
    case 'low':
      return availableAt + PRIORITY_STEP_MS;
    default:
      return priority satisfies never;
  }
}
