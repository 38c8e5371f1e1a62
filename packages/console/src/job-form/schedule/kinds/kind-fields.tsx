import { InstantField } from '../../../ui/instant/instant-field.tsx';
import { useFault } from '../../fields/use-field.ts';
import { FIELD_LABELS } from '../../labels/field-labels.ts';
import { fieldId } from '../../payload/pointer.ts';
import { AfterFields } from './after-fields.tsx';
import { CronFields } from './cron-fields.tsx';
import { IntervalFields } from './interval-fields.tsx';
import type { PartProps } from './part-props.ts';
import { RruleFields } from './rrule-fields.tsx';

/** The fields of the chosen kind of schedule. */
export function KindFields({ schedule, write }: PartProps) {
  const { kind } = schedule;
  switch (kind) {
    case 'interval':
      return <IntervalFields schedule={schedule} write={write} />;
    case 'cron':
      return <CronFields schedule={schedule} write={write} />;
    case 'rrule':
      return <RruleFields schedule={schedule} write={write} />;
    case 'run_at':
      return <RunAtField schedule={schedule} write={write} />;
    case 'after':
      return <AfterFields schedule={schedule} write={write} />;
    case 'on_demand':
      return null;
    default:
      return kind satisfies never;
  }
}

function RunAtField({ schedule, write }: PartProps) {
  return (
    <InstantField
      id={fieldId('/run_at')}
      label={FIELD_LABELS['/run_at']}
      name="Run at"
      description="The job runs once and is then finished."
      fault={useFault('/run_at')}
      isRequired
      draft={schedule.runAt}
      onChange={(runAt) => write('/run_at', { runAt })}
    />
  );
}
