import type { BackfillJob } from '@greenvue/jobs/client';

/** From when to when slots are looked for. RFC 3339. */
export interface SlotWindow {
  readonly from: string;
  readonly to: string;
}

/** What a dry run is asked. `number` tells two questions with the same window apart. */
export interface PlanQuestion extends Pick<BackfillJob, 'from' | 'to' | 'only_missing'> {
  readonly number: number;
}
