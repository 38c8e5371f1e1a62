import { Text } from '@mantine/core';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { jobsText } from '../ui/text/jobs-text.ts';
import { JobNames } from './job-names.tsx';
import type { AskedJobs } from './use-asked-jobs.ts';

interface ResumeDialogProps {
  readonly opened: boolean;
  readonly jobs: AskedJobs;
  readonly onClose: () => void;
  readonly onResume: () => void;
}

/** Asks before many jobs are resumed, and shows their number. */
export function ResumeDialog({ opened, jobs, onClose, onResume }: ResumeDialogProps) {
  const { count } = jobs;
  const what = count === undefined ? 'the selected jobs' : jobsText(count);
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      onConfirm={onResume}
      title={`Resume ${what}?`}
      confirmLabel={count === undefined ? 'Resume jobs' : `Resume ${what}`}
      isDisabled={count === undefined || count === 0}
    >
      <JobNames jobs={jobs} />
      <Text size="sm" mt="xs">
        Each paused job continues with its next slot, and its queued runs can start. Slots that passed during
        the pause do not run. A one-time job whose time has passed runs if its catch-up allows.
      </Text>
    </Confirm>
  );
}
