import { Radio, Stack } from '@mantine/core';
import { ShortField } from '../../fields/short-field.tsx';
import { useField } from '../../fields/use-field.ts';
import type { After } from '../../parts/schedule-draft.ts';
import { BoundFields } from './bound-fields.tsx';
import type { PartProps } from './part-props.ts';

/** The job that a job follows, and which ends of its runs count. */
export function AfterFields({ schedule, write }: PartProps) {
  const { after } = schedule;
  return (
    <>
      <ShortField
        pointer="/after/job"
        description="The id of that job."
        kind="text"
        example="import"
        value={after.job}
        onChange={(job) => write('/after/job', { after: { ...after, job } })}
      />
      <Radio.Group
        {...useField('/after/on')}
        value={after.on}
        onChange={(on) => write('/after/on', { after: { ...after, on: endOf(on) } })}
      >
        <Stack gap={8} mt={6}>
          <Radio value="succeeded" label="Succeeded" description="Each run that succeeded starts a run." />
          <Radio
            value="failed"
            label="Failed"
            description="Each run that failed starts a run, once no retry is left."
          />
          <Radio value="finished" label="Both" description="Cancelled and skipped runs start none." />
        </Stack>
      </Radio.Group>
      <BoundFields schedule={schedule} write={write} />
    </>
  );
}

function endOf(value: string): After['on'] {
  return value === 'failed' || value === 'finished' ? value : 'succeeded';
}
