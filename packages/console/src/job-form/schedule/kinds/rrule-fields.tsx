import { TextInput } from '@mantine/core';
import blocks from '../../../ui/layout/blocks.module.css';
import { CODE_INPUT, useField } from '../../fields/use-field.ts';
import { BoundFields } from './bound-fields.tsx';
import { ExampleButtons } from './example-buttons.tsx';
import type { PartProps } from './part-props.ts';
import { StartField } from './start-field.tsx';
import { ZoneField } from './zone-field.tsx';

const RRULE_EXAMPLES = [
  { value: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9', words: 'every second Monday at 09:00' },
  { value: 'FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1;BYHOUR=6', words: 'every 3 months, on the first day' },
  {
    value: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=18',
    words: 'the last weekday of the month',
  },
] as const;

/** The recurrence rule of a job, and its time zone. */
export function RruleFields({ schedule, write }: PartProps) {
  return (
    <>
      <div>
        <TextInput
          {...useField('/rrule')}
          description="A rule of iCalendar, as calendar programs have it, without COUNT and UNTIL: the end has its own fields."
          withAsterisk
          aria-required
          placeholder="FREQ=WEEKLY;BYDAY=MO;BYHOUR=9"
          {...CODE_INPUT}
          classNames={{ input: blocks.code }}
          value={schedule.rrule}
          onChange={({ currentTarget }) => write('/rrule', { rrule: currentTarget.value })}
        />
        <ExampleButtons examples={RRULE_EXAMPLES} onTake={(rrule) => write('/rrule', { rrule })} />
      </div>
      <ZoneField schedule={schedule} write={write} />
      <StartField
        schedule={schedule}
        write={write}
        description="No slot before this time. INTERVAL counts from it, and it gives the day and time that the rule leaves out."
      />
      <BoundFields schedule={schedule} write={write} />
    </>
  );
}
