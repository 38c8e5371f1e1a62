import type { Job } from '@greenvue/jobs/client';
import { Checkbox, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import type { PauseOptions } from '../actions/job-steps.ts';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { DialogForm } from '../ui/feedback/dialog-form.tsx';
import { jobsText } from '../ui/text/jobs-text.ts';
import { JobNames } from './job-names.tsx';
import { PauseFields, usePauseDraft } from './pause-fields.tsx';
import type { AskedJobs } from './use-asked-jobs.ts';

interface PauseDialogProps {
  readonly opened: boolean;
  /** Identifies the question: each one gets a new form. */
  readonly number: number;
  readonly jobs: AskedJobs;
  /** The current pause of a single job, to be changed. */
  readonly pause: Job['pause'];
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onPause: (pause: PauseOptions) => void;
}

/** Asks for a reason and an end before jobs are paused. */
export function PauseDialog({ opened, number, ...form }: PauseDialogProps) {
  return (
    <Modal opened={opened} onClose={form.isBusy ? keepOpen : form.onClose} title={titleOf(form)}>
      <PauseForm key={number} {...form} />
    </Modal>
  );
}

function titleOf({ jobs: { count }, pause }: Pick<PauseDialogProps, 'jobs' | 'pause'>): string {
  if (pause !== null) return 'Edit pause';
  if (count === undefined) return 'Pause the selected jobs';
  return count === 1 ? 'Pause this job' : `Pause ${jobsText(count)}`;
}

type PauseFormProps = Omit<PauseDialogProps, 'opened' | 'number'>;

/** Keeps the input while the dialog is open. */
function PauseForm({ jobs, pause, isBusy, onClose, onPause }: PauseFormProps) {
  const draft = usePauseDraft(pause);
  const [cancelLive, setCancelLive] = useState(false);
  const isCounted = jobs.count !== undefined && jobs.count > 0;
  const submit = (): void => {
    const given = draft.read();
    if (given !== undefined) onPause({ ...given, cancelLive });
  };
  return (
    <DialogForm
      submitLabel={pause === null ? 'Pause' : 'Edit pause'}
      isBusy={isBusy}
      isReady={isCounted}
      onSubmit={submit}
      onClose={onClose}
    >
      <JobNames jobs={jobs} />
      <Meaning jobs={jobs} isChange={pause !== null} cancelLive={cancelLive} />
      <PauseFields
        draft={draft}
        reasonHelp="Optional. Tells others why the job does not run."
        untilHelp="Optional. The job resumes at this time; without it, someone has to resume it."
      />
      <Checkbox
        label="Also cancel live runs"
        description="Running and waiting runs."
        checked={cancelLive}
        onChange={(event) => setCancelLive(event.currentTarget.checked)}
      />
    </DialogForm>
  );
}

interface MeaningProps {
  readonly jobs: AskedJobs;
  readonly isChange: boolean;
  readonly cancelLive: boolean;
}

/** The effect of the pause, also on jobs that are not active. */
function Meaning({ jobs: { known, count }, isChange, cancelLive }: MeaningProps) {
  // The states of jobs that are not loaded are not known.
  const jobs = known.length === count ? known : [];
  const paused = isChange ? 0 : jobs.filter(({ status }) => status === 'paused').length;
  const finished = jobs.filter(({ status }) => status === 'finished').length;
  return (
    <>
      <Text size="sm">
        {count === 1 ? 'This job starts' : 'These jobs start'} no runs until resumed.{' '}
        {cancelLive
          ? 'Running runs are asked to stop; queued ones are cancelled.'
          : 'Running runs finish; queued ones wait.'}{' '}
        Slots that pass during the pause do not run later. A one-time job runs when it is resumed, if its
        catch-up allows. A deployment does not end the pause.
      </Text>
      {paused + finished === 0 ? null : (
        <Text size="sm" c="dimmed">
          {paused === 0 ? null : `${are(paused)} already paused, and would get this reason and end instead. `}
          {finished === 0 ? null : `${are(finished)} finished, so pausing has no effect.`}
        </Text>
      )}
    </>
  );
}

function are(count: number): string {
  return `${jobsText(count)} ${count === 1 ? 'is' : 'are'}`;
}
