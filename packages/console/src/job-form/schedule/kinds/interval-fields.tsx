import { Radio, Stack, TextInput } from '@mantine/core';
import { WithHelp } from '../../../ui/help/with-help.tsx';
import { DidYouMean } from '../../fields/did-you-mean.tsx';
import { CODE_INPUT, useField } from '../../fields/use-field.ts';
import { FIELD_HELP } from '../../labels/field-labels.ts';
import type { IntervalMode } from '../../parts/schedule-draft.ts';
import { BoundFields } from './bound-fields.tsx';
import { ExampleButtons } from './example-buttons.tsx';
import type { PartProps } from './part-props.ts';
import { StartField } from './start-field.tsx';

/** The interval of a job, and from where it counts. */
export function IntervalFields({ schedule, write }: PartProps) {
  return (
    <>
      <div>
        <TextInput
          {...useField('/interval')}
          description="Hours, minutes and seconds, such as 5m, 1h30m or 24h."
          withAsterisk
          aria-required
          placeholder="5m"
          {...CODE_INPUT}
          value={schedule.interval}
          onChange={({ currentTarget }) => write('/interval', { interval: currentTarget.value })}
        />
        <DidYouMean text={schedule.interval} onTake={(interval) => write('/interval', { interval })} />
        <ExampleButtons
          examples={[{ value: '30s' }, { value: '5m' }, { value: '1h' }, { value: '24h' }]}
          onTake={(interval) => write('/interval', { interval })}
        />
      </div>
      <ModeField schedule={schedule} write={write} />
      <StartField
        schedule={schedule}
        write={write}
        description="The first slot; one interval from now if empty. A past time only sets the times of the later slots."
      />
      <BoundFields schedule={schedule} write={write} />
    </>
  );
}

function ModeField({ schedule, write }: PartProps) {
  return (
    <WithHelp word={FIELD_HELP['/interval_mode']}>
      <Radio.Group
        {...useField('/interval_mode')}
        value={schedule.intervalMode}
        onChange={(mode) => write('/interval_mode', { intervalMode: modeOf(mode) })}
      >
        <Stack gap={8} mt={6}>
          <Radio
            value="fixed_rate"
            label="Fixed rate"
            description="From start to start: at even times, however long a run takes."
          />
          <Radio
            value="fixed_delay"
            label="Fixed delay"
            description="From end to start: the interval starts when a run ends, so a slow run delays all later ones."
          />
        </Stack>
      </Radio.Group>
    </WithHelp>
  );
}

function modeOf(value: string): IntervalMode {
  return value === 'fixed_delay' ? 'fixed_delay' : 'fixed_rate';
}
