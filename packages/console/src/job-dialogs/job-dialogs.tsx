import { useDeleteJob, usePauseJob } from '../actions/actions.ts';
import type { PauseOptions } from '../actions/job-steps.ts';
import type { BulkSelection } from '../bulk/use-bulk-plan.ts';
import { type JobMark, markOf } from '../data/job-mark.ts';
import { useMay } from '../session/session.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { ResumeDialog } from './resume-dialog.tsx';
import { useAskedJobs } from './use-asked-jobs.ts';
import type { JobQuestion, JobQuestionState } from './use-job-question.ts';

/** Actions on many jobs, once the question is answered. */
interface Bulk {
  readonly pause: (which: BulkSelection, pause: PauseOptions) => void;
  readonly resume: (which: BulkSelection) => void;
  readonly remove: (which: BulkSelection) => void;
}

interface JobDialogsProps {
  readonly asking: JobQuestionState;
  /** Absent where only one job at a time can be asked about. */
  readonly bulk?: Bulk;
  /** Called when a single job was deleted; a bulk action reports by itself. */
  readonly onDeleted: (job: JobMark) => void;
}

/** Asks before jobs are paused, resumed or deleted, and runs the action after the answer. */
export function JobDialogs({ asking, bulk, onDeleted }: JobDialogsProps) {
  const { question, number, isOpen, close } = asking;
  // For a viewer who may no longer pause, the list of jobs is empty.
  const { admin } = useMay();
  const pausing = usePauseOne(asking);
  const deleting = useDeleteOne(asking, onDeleted);
  const jobs = useAskedJobs(asking);
  const which = question?.which;
  const pauseMany = (pause: PauseOptions): void => {
    close();
    if (which !== undefined) bulk?.pause(which, pause);
  };
  const resumeMany = (): void => {
    close();
    if (which !== undefined) bulk?.resume(which);
  };
  const removeMany = (): void => {
    close();
    if (which !== undefined) bulk?.remove(which);
  };
  return (
    // Mounted before they open, so that they know which element had the focus.
    <>
      <PauseDialog
        opened={isOpen && question?.what === 'pause'}
        number={number}
        jobs={jobs}
        pause={question?.pause ?? null}
        isBusy={pausing.isBusy}
        onClose={close}
        onPause={which === undefined ? (pause) => pausing.start(question, pause) : pauseMany}
      />
      <ResumeDialog
        opened={isOpen && question?.what === 'resume'}
        jobs={jobs}
        onClose={close}
        onResume={resumeMany}
      />
      <DeleteDialog
        opened={isOpen && question?.what === 'delete'}
        number={number}
        jobs={jobs}
        isSuperseded={question?.isSuperseded === true}
        isAllowed={admin}
        isBusy={deleting.isBusy}
        onClose={close}
        onDelete={which === undefined ? () => deleting.start(question) : removeMany}
      />
    </>
  );
}

function usePauseOne({ close }: JobQuestionState) {
  const action = usePauseJob();
  const start = (question: JobQuestion | undefined, pause: PauseOptions): void => {
    const job = question?.jobs[0];
    if (job !== undefined && !action.isPending) action.mutate({ job, ...pause }, { onSuccess: close });
  };
  return { start, isBusy: action.isPending };
}

function useDeleteOne({ ask, close }: JobQuestionState, onDeleted: (job: JobMark) => void) {
  const action = useDeleteJob();
  const start = (question: JobQuestion | undefined): void => {
    const job = question?.jobs[0];
    if (question === undefined || job === undefined || action.isPending) return;
    // Not a callback of mutate: the page may be gone by then, like the job.
    action.mutateAsync({ job }).then(
      (latest) => {
        if (latest?.uid === job.uid) return ask({ ...question, jobs: [markOf(latest)], isSuperseded: true });
        close();
        // The action itself announces a recreated job.
        if (latest === undefined) onDeleted(job);
      },
      // The action has announced the error.
      () => undefined,
    );
  };
  return { start, isBusy: action.isPending };
}
