import { TextInput } from '@mantine/core';
import blocks from '../../../ui/layout/blocks.module.css';
import { CODE_INPUT, useField } from '../../fields/use-field.ts';
import { BoundFields } from './bound-fields.tsx';
import { ExampleButtons } from './example-buttons.tsx';
import type { PartProps } from './part-props.ts';
import { StartField } from './start-field.tsx';
import { ZoneField } from './zone-field.tsx';

const CRON_EXAMPLES = [
  { value: '0 * * * *', words: 'every hour' },
  { value: '0 3 * * *', words: 'every day at 03:00' },
  { value: '30 8 * * MON-FRI', words: 'on workdays at 08:30' },
  { value: '0 9 L * *', words: 'on the last day of the month' },
] as const;

/** The cron expression of a job, and its time zone. */
export function CronFields({ schedule, write }: PartProps) {
  return (
    <>
      <div>
        <TextInput
          {...useField('/cron')}
          description="Minute, hour, day of month, month, day of week. With six fields, the first is the second."
          withAsterisk
          aria-required
          placeholder="30 8 * * MON-FRI"
          {...CODE_INPUT}
          classNames={{ input: blocks.code }}
          value={schedule.cron}
          onChange={({ currentTarget }) => write('/cron', { cron: currentTarget.value })}
        />
        <ExampleButtons examples={CRON_EXAMPLES} onTake={(cron) => write('/cron', { cron })} />
      </div>
      <ZoneField schedule={schedule} write={write} />
      <StartField
        schedule={schedule}
        write={write}
        description="No slot before this time. If empty, the schedule starts now."
      />
      <BoundFields schedule={schedule} write={write} />
    </>
  );
}
