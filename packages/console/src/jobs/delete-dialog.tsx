import { Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Confirm } from '../parts/confirm.tsx';
import { jobsText } from './bulk-order.ts';
import { JobNames } from './job-names.tsx';
import type { JobMark } from './page-marks.ts';

interface DeleteDialogProps {
  readonly opened: boolean;
  /** Those to delete. */
  readonly jobs: readonly JobMark[];
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onDelete: () => void;
}

/** More than these can't be overlooked: who deletes them types how many they are. */
const OVERLOOKED = 20;

/** Asks before jobs are deleted, and says what that means. */
export function DeleteDialog({ opened, jobs, isBusy, onClose, onDelete }: DeleteDialogProps) {
  const [typed, setTyped] = useState('');
  const [isFaulty, setFaulty] = useState(false);
  const count = jobs.length;
  const isMany = count > OVERLOOKED;
  const close = (): void => {
    setTyped('');
    setFaulty(false);
    onClose();
  };
  const confirm = (): void => {
    if (isMany && typed.trim() !== String(count)) {
      setFaulty(true);
      return;
    }
    setTyped('');
    onDelete();
  };
  return (
    <Confirm
      danger
      opened={opened}
      onClose={close}
      onConfirm={confirm}
      isBusy={isBusy}
      title={count === 1 ? 'Delete a job' : `Delete ${jobsText(count)}`}
      confirmLabel={count === 1 ? 'Delete job' : `Delete ${jobsText(count)}`}
    >
      <Stack gap="md">
        <JobNames jobs={jobs} />
        <Text size="sm">{count === 1 ? MEANING_OF_ONE : MEANING_OF_MANY}</Text>
        {isMany ? (
          <TextInput
            label={`Type ${count} to delete ${jobsText(count)}`}
            value={typed}
            inputMode="numeric"
            autoComplete="off"
            error={isFaulty ? `Type the number ${count}, or keep them.` : undefined}
            onChange={(event) => {
              setFaulty(false);
              setTyped(event.currentTarget.value);
            }}
          />
        ) : null}
      </Stack>
    </Confirm>
  );
}

const MEANING_OF_ONE =
  'It stops at once, and its live runs are cancelled. The history of its runs stays for up to 30 days. Its id is free again. This can not be undone: to stop it for a while, pause it.';

const MEANING_OF_MANY =
  'They stop at once, and their live runs are cancelled. The history of their runs stays for up to 30 days. Their ids are free again. This can not be undone: to stop them for a while, pause them. One that is edited meanwhile is left alone.';
