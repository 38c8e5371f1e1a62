import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTicker } from '../parts/now.tsx';
import { localZoneName } from '../parts/time-text.ts';
import { useZone } from '../parts/zone.tsx';
import { jobsText } from './bulk-order.ts';
import { JobNames } from './job-names.tsx';
import type { JobMark } from './page-marks.ts';
import { readUntil } from './until.ts';

export interface PauseWish {
  readonly reason?: string | undefined;
  readonly until?: string | undefined;
}

interface PauseDialogProps {
  readonly opened: boolean;
  /** Those to pause. */
  readonly jobs: readonly JobMark[];
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onPause: (wish: PauseWish) => void;
}

const LONGEST_REASON = 500;

/** Asks why, and until when, before jobs are paused. */
export function PauseDialog({ opened, ...form }: PauseDialogProps) {
  const { jobs, onClose } = form;
  const title = jobs.length === 1 ? 'Pause a job' : `Pause ${jobsText(jobs.length)}`;
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <PauseForm {...form} />
    </Modal>
  );
}

/** What is typed lasts as long as the dialog is open. */
function PauseForm({ jobs, isBusy, onClose, onPause }: Omit<PauseDialogProps, 'opened'>) {
  const { zone } = useZone();
  const ticker = useTicker();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<string>();
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    const until = readUntil(typed, { zone, now: ticker.now() });
    if (!until.ok) {
      setFault(until.fault);
      return;
    }
    const why = reason.trim();
    onPause({
      ...(why === '' ? {} : { reason: why }),
      ...(until.at === undefined ? {} : { until: until.at }),
    });
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <JobNames jobs={jobs} />
        <Text size="sm">
          {jobs.length === 1 ? 'It makes' : 'They make'} no runs until resumed. What runs goes on to its end;
          what waits is held.
        </Text>
        <States jobs={jobs} />
        <TextInput
          label="Reason"
          description="For those who find it paused. It can be left out."
          value={reason}
          maxLength={LONGEST_REASON}
          data-autofocus
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <UntilField
          value={typed}
          fault={fault}
          onChange={(value) => {
            setFault(undefined);
            setTyped(value);
          }}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            Keep as it is
          </Button>
          <Button type="submit" loading={isBusy}>
            Pause
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface UntilFieldProps {
  readonly value: string;
  readonly fault: string | undefined;
  readonly onChange: (value: string) => void;
}

function UntilField({ value, fault, onChange }: UntilFieldProps) {
  const { zone } = useZone();
  const zoneName = zone === 'utc' ? 'UTC' : `your time, ${localZoneName()}`;
  return (
    <TextInput
      type="datetime-local"
      step={60}
      label="Until"
      description={`Resumes by itself then. In ${zoneName}; it can be left out.`}
      value={value}
      error={fault}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** What the dialog means for those that are not active. */
function States({ jobs }: { readonly jobs: readonly JobMark[] }) {
  const paused = jobs.filter(({ status }) => status === 'paused').length;
  const finished = jobs.filter(({ status }) => status === 'finished').length;
  if (paused + finished === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {paused === 0 ? null : `${are(paused)} paused already, and would have this reason and end instead. `}
      {finished === 0 ? null : `${are(finished)} finished: there is nothing to pause.`}
    </Text>
  );
}

function are(count: number): string {
  return `${jobsText(count)} ${count === 1 ? 'is' : 'are'}`;
}
