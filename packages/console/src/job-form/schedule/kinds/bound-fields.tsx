import { InstantField } from '../../../ui/instant/instant-field.tsx';
import { ShortField } from '../../fields/short-field.tsx';
import { useFault } from '../../fields/use-field.ts';
import type { ScheduleDraft } from '../../parts/schedule-draft.ts';
import { fieldId } from '../../payload/pointer.ts';
import type { PartProps } from './part-props.ts';

/** When a schedule ends, and how its jobs are kept from starting together. */
export function BoundFields({ schedule, write }: PartProps) {
  return (
    <>
      <InstantField
        id={fieldId('/end_at')}
        label="End at (optional)"
        name="End at"
        description={`${schedule.kind === 'after' ? 'Runs of the other job that end after this time start no run.' : 'No slot after this time.'} The job is finished after its last run.`}
        fault={useFault('/end_at')}
        draft={schedule.endAt}
        onChange={(endAt) => write('/end_at', { endAt })}
      />
      <ShortField
        pointer="/max_runs"
        description="The job is finished after this number of runs. Runs by hand and skipped slots do not count."
        kind="number"
        value={schedule.maxRuns}
        onChange={(maxRuns) => write('/max_runs', { maxRuns })}
      />
      {hasNoSpread(schedule) ? null : (
        <ShortField
          pointer="/spread"
          description="Each slot is due by a fixed part of this time later, so that jobs with the same schedule do not all start together."
          example="10m"
          kind="duration"
          value={schedule.spread}
          onChange={(spread) => write('/spread', { spread })}
        />
      )}
    </>
  );
}

/** There are no slots to spread. */
function hasNoSpread({ kind, intervalMode }: ScheduleDraft): boolean {
  return kind === 'after' || (kind === 'interval' && intervalMode === 'fixed_delay');
}
