import type { Job } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useLocation } from 'wouter';
import { useResumeJob } from '../actions/actions.ts';
import { BackfillButton } from '../backfill/backfill-button.tsx';
import { whyNoDelete, whyNoEdit, whyNoResume } from '../data/declaration-words.ts';
import { markOf } from '../data/job-mark.ts';
import { JobDialogs } from '../job-dialogs/job-dialogs.tsx';
import { type JobQuestion, useJobQuestion } from '../job-dialogs/use-job-question.ts';
import { type KeyBinding, useKeys } from '../keyboard/keys.ts';
import { RunNowDialog } from '../run-now/run-now-dialog.tsx';
import { useMay } from '../session/session.tsx';
import { CopyIcon, EditIcon, PauseIcon, PlayIcon, ResumeIcon, TrashIcon } from '../ui/icons.tsx';
import { copyPath, editPath } from '../ui/paths.ts';

/** The actions that the viewer may take on a job in its current state. */
export function JobActions({ job }: { readonly job: Job }) {
  const may = useMay();
  const [, navigate] = useLocation();
  const [isRunning, running] = useDisclosure(false);
  const asking = useJobQuestion();
  const resume = useResumeJob();
  const resumeJob = (): void => {
    if (!resume.isPending) resume.mutate({ job });
  };
  // The question is about the job as it was when the button was pressed.
  const ask = (what: JobQuestion['what']) => () =>
    asking.ask({ what, jobs: [markOf(job)], pause: job.pause });
  useJobKeys(job, { run: running.open, pause: ask('pause'), resume: resumeJob, remove: ask('delete') });
  return (
    <>
      {may.operate ? (
        <Button leftSection={<PlayIcon />} onClick={running.open}>
          Run now
        </Button>
      ) : null}
      {may.operate ? <BackfillButton job={job} /> : null}
      {may.operate && job.status === 'paused' && whyNoResume(job) === undefined ? (
        <Button variant="default" leftSection={<ResumeIcon />} loading={resume.isPending} onClick={resumeJob}>
          Resume
        </Button>
      ) : null}
      {may.operate && job.status !== 'finished' ? (
        <Button variant="default" leftSection={<PauseIcon />} onClick={ask('pause')}>
          {job.status === 'paused' ? 'Edit pause' : 'Pause'}
        </Button>
      ) : null}
      {may.admin ? <AdminActions job={job} onDelete={ask('delete')} /> : null}
      <RunNowDialog job={job} opened={isRunning} onClose={running.close} />
      <JobDialogs asking={asking} onDeleted={() => navigate('/jobs')} />
    </>
  );
}

interface JobKeys {
  readonly run: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly remove: () => void;
}

function useJobKeys(job: Job, { run, pause, resume, remove }: JobKeys): void {
  const may = useMay();
  const [, navigate] = useLocation();
  const canResume = job.status === 'paused' && whyNoResume(job) === undefined;
  const mayEdit = may.admin && whyNoEdit(job) === undefined;
  const mayDelete = may.admin && whyNoDelete(job) === undefined;
  useKeys([
    ...onlyIf(may.operate, { key: 'r', does: 'Run the job now', run }),
    ...onlyIf(may.operate && canResume, { key: 'p', does: 'Resume the job', run: resume }),
    ...onlyIf(may.operate && job.status === 'active', { key: 'p', does: 'Pause the job', run: pause }),
    ...onlyIf(may.operate && job.status === 'paused', { does: 'Edit the pause', run: pause }),
    ...onlyIf(mayEdit, { key: 'e', does: 'Edit the job', run: () => navigate(editPath(job.id)) }),
    ...onlyIf(may.admin, { does: 'Duplicate the job', run: () => navigate(copyPath(job.id)) }),
    ...onlyIf(mayDelete, { does: 'Delete the job', run: remove }),
  ]);
}

interface AdminActionsProps {
  readonly job: Job;
  readonly onDelete: () => void;
}

function AdminActions({ job, onDelete }: AdminActionsProps) {
  const noEdit = whyNoEdit(job);
  const noDelete = whyNoDelete(job);
  return (
    <>
      {noEdit === undefined ? (
        <Button component={Link} href={editPath(job.id)} variant="default" leftSection={<EditIcon />}>
          Edit
        </Button>
      ) : (
        <Button variant="default" leftSection={<EditIcon />} disabled title={noEdit}>
          Edit
        </Button>
      )}
      <Button component={Link} href={copyPath(job.id)} variant="default" leftSection={<CopyIcon />}>
        Duplicate
      </Button>
      <Button
        variant="light"
        color="red"
        leftSection={<TrashIcon />}
        onClick={onDelete}
        disabled={noDelete !== undefined}
        title={noDelete}
      >
        Delete
      </Button>
    </>
  );
}

function onlyIf(condition: boolean, binding: KeyBinding): readonly KeyBinding[] {
  return condition ? [binding] : [];
}
