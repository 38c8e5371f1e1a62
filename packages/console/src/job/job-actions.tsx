import type { Job } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useResumeJob } from '../data/actions.ts';
import { ResumeIcon } from '../jobs/row-icons.tsx';
import { CopyIcon, EditIcon, PauseIcon, PlayIcon, TrashIcon } from '../parts/icons.tsx';
import { useMay } from '../session/session.tsx';
import { type KeyBinding, useKeys } from '../shell/keys.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { RunNowDialog } from './run-now-dialog.tsx';

type Dialog = 'run' | 'pause' | 'delete';

/** What may be done with a job as it is, by who looks at it. */
export function JobActions({ job }: { readonly job: Job }) {
  const may = useMay();
  const [, navigate] = useLocation();
  const [dialog, setDialog] = useState<Dialog | undefined>(undefined);
  const resume = useResumeJob();
  const close = (): void => setDialog(undefined);
  const goOn = (): void => {
    if (!resume.isPending) resume.mutate({ job });
  };
  const isPaused = job.status === 'paused';
  useKeys([
    ...onlyIf(may.operate, { key: 'r', does: 'Run the job now', run: () => setDialog('run') }),
    ...onlyIf(may.operate && isPaused, { key: 'p', does: 'Resume the job', run: goOn }),
    ...onlyIf(may.operate && job.status === 'active', {
      key: 'p',
      does: 'Pause the job',
      run: () => setDialog('pause'),
    }),
    ...onlyIf(may.admin, { key: 'e', does: 'Edit the job', run: () => navigate(editPath(job)) }),
  ]);
  return (
    <>
      {may.operate ? (
        <Button leftSection={<PlayIcon />} onClick={() => setDialog('run')}>
          Run now
        </Button>
      ) : null}
      {may.operate && isPaused ? (
        <Button variant="default" leftSection={<ResumeIcon />} loading={resume.isPending} onClick={goOn}>
          Resume
        </Button>
      ) : null}
      {may.operate && job.status !== 'finished' ? (
        <Button variant="default" leftSection={<PauseIcon />} onClick={() => setDialog('pause')}>
          {isPaused ? 'Change the pause' : 'Pause'}
        </Button>
      ) : null}
      {may.admin ? <AdminActions job={job} onDelete={() => setDialog('delete')} /> : null}
      <RunNowDialog job={job} opened={dialog === 'run'} onClose={close} />
      <PauseDialog job={job} opened={dialog === 'pause'} onClose={close} />
      <DeleteDialog job={job} opened={dialog === 'delete'} onClose={close} />
    </>
  );
}

interface AdminActionsProps {
  readonly job: Job;
  readonly onDelete: () => void;
}

function AdminActions({ job, onDelete }: AdminActionsProps) {
  return (
    <>
      <Button component={Link} href={editPath(job)} variant="default" leftSection={<EditIcon />}>
        Edit
      </Button>
      <Button component={Link} href={`/jobs/new?copy=${job.id}`} variant="default" leftSection={<CopyIcon />}>
        Copy
      </Button>
      <Button variant="light" color="red" leftSection={<TrashIcon />} onClick={onDelete}>
        Delete
      </Button>
    </>
  );
}

function editPath({ id }: Job): string {
  return `/jobs/${id}/edit`;
}

function onlyIf(condition: boolean, binding: KeyBinding): readonly KeyBinding[] {
  return condition ? [binding] : [];
}
