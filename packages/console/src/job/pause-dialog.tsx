import type { Job } from '@greenvue/jobs/client';
import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { usePauseJob } from '../data/actions.ts';
import { useNow } from '../parts/now.tsx';
import { useZone } from '../parts/zone.tsx';
import { inputOfInstant, instantOfInput } from './instant-input.ts';

interface DialogProps {
  readonly job: Job;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Pauses a job, or gives a paused one another reason and end. */
export function PauseDialog({ job, opened, onClose }: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      closeButtonProps={{ 'aria-label': 'Close' }}
      title={job.status === 'paused' ? 'Change the pause' : 'Pause this job'}
    >
      {opened ? <PauseForm job={job} onClose={onClose} /> : null}
    </Modal>
  );
}

function PauseForm({ job, onClose }: Omit<DialogProps, 'opened'>) {
  const { zone } = useZone();
  const now = useNow();
  const action = usePauseJob();
  const { pause } = job;
  const [reason, setReason] = useState(pause?.reason ?? '');
  const [end, setEnd] = useState(() =>
    pause === null || pause.until === null ? '' : inputOfInstant(Date.parse(pause.until), zone),
  );
  const [cancelLive, setCancelLive] = useState(false);
  const until = instantOfInput(end, zone);
  const fault = endFault(end, until, now);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (fault !== undefined || action.isPending) return;
    action.mutate({ job, reason, until, cancelLive }, { onSuccess: onClose });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm">
          It makes no runs while it is paused. What runs finishes; what waits is held. Slots that pass
          meanwhile are not made up for, and a deploy does not end the pause.
        </Text>
        <TextInput
          label="Reason"
          description="For whoever wonders why it does not run."
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <EndField end={end} fault={fault} onChange={setEnd} />
        <Checkbox
          label="Cancel its live runs, too"
          description="What runs is told to stop, what waits is cancelled."
          checked={cancelLive}
          onChange={(event) => setCancelLive(event.currentTarget.checked)}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Keep as it is
          </Button>
          <Button type="submit" loading={action.isPending} disabled={fault !== undefined}>
            {job.status === 'paused' ? 'Change the pause' : 'Pause'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const HOUR_MS = 3_600_000;
const ENDS = [
  { label: '1 hour', ms: HOUR_MS },
  { label: '8 hours', ms: 8 * HOUR_MS },
  { label: '1 day', ms: 24 * HOUR_MS },
  { label: '1 week', ms: 7 * 24 * HOUR_MS },
] as const;

interface EndFieldProps {
  readonly end: string;
  readonly fault: string | undefined;
  readonly onChange: (end: string) => void;
}

/** Until when: as a time, or by how far it lies from now. */
function EndField({ end, fault, onChange }: EndFieldProps) {
  const { zone } = useZone();
  const now = useNow();
  return (
    <>
      <TextInput
        type="datetime-local"
        label={zone === 'utc' ? 'Until (UTC)' : 'Until (your time)'}
        description="Left empty, until somebody resumes it."
        value={end}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={fault}
      />
      <Group gap="xs" role="group" aria-label="Until, from now">
        {ENDS.map(({ label, ms }) => (
          <Button
            key={label}
            size="compact-sm"
            variant="default"
            onClick={() => onChange(inputOfInstant(now + ms, zone))}
          >
            {label}
          </Button>
        ))}
      </Group>
    </>
  );
}

function endFault(end: string, until: string | undefined, now: number): string | undefined {
  if (end === '') return undefined;
  if (until === undefined) return 'This is no date and time.';
  return Date.parse(until) <= now ? 'The end must lie in the time to come.' : undefined;
}
