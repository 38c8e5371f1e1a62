import type { ScheduleDraft } from '../../parts/schedule-draft.ts';

export type WriteSchedule = (field: string, change: Partial<ScheduleDraft>) => void;

/** The props of the fields of one kind of schedule. */
export interface PartProps {
  readonly schedule: ScheduleDraft;
  readonly write: WriteSchedule;
}
