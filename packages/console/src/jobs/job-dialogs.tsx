import { useCallback, useState } from 'react';
import { useDeleteJob, usePauseJob } from '../data/actions.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import type { JobMark } from './page-marks.ts';
import { PauseDialog, type PauseWish } from './pause-dialog.tsx';
import type { Bulk } from './use-bulk.ts';

/** What is asked about, before it is done. */
export interface Question {
  readonly what: 'pause' | 'delete';
  readonly jobs: readonly JobMark[];
  /** Those that are selected, done in turn with a result for each; or one row. */
  readonly isBulk: boolean;
}

export interface Asking {
  /** The last question: it stays while its dialog closes. */
  readonly question: Question | undefined;
  readonly isOpen: boolean;
  readonly ask: (question: Question) => void;
  readonly close: () => void;
}

export function useAsking(): Asking {
  const [question, setQuestion] = useState<Question>();
  const [isOpen, setOpen] = useState(false);
  return {
    question,
    isOpen,
    ask: useCallback((asked) => {
      setQuestion(asked);
      setOpen(true);
    }, []),
    close: useCallback(() => setOpen(false), []),
  };
}

interface JobDialogsProps {
  readonly asking: Asking;
  readonly bulk: Bulk;
  /** Told of the one row that was deleted; of many, the bulk tells itself. */
  readonly onDeleted: (job: JobMark) => void;
}

/** The questions before jobs are paused or deleted, and what is done when they are answered. */
export function JobDialogs({ asking, bulk, onDeleted }: JobDialogsProps) {
  const { question, isOpen, close } = asking;
  const pauseJob = usePauseJob();
  const deleteJob = useDeleteJob();
  const jobs = question?.jobs ?? [];
  const [first] = jobs;

  const pause = (wish: PauseWish): void => {
    if (question?.isBulk !== true) {
      if (first !== undefined) pauseJob.mutate({ job: first, ...wish }, { onSuccess: close });
      return;
    }
    close();
    bulk.start({ kind: 'pause', jobs, ...wish });
  };
  const deleted = (job: JobMark): void => {
    close();
    onDeleted(job);
  };
  const remove = (): void => {
    if (question?.isBulk !== true) {
      if (first !== undefined) deleteJob.mutate({ job: first }, { onSuccess: () => deleted(first) });
      return;
    }
    close();
    bulk.start({ kind: 'delete', jobs });
  };

  return (
    <>
      <PauseDialog
        opened={isOpen && question?.what === 'pause'}
        jobs={jobs}
        isBusy={pauseJob.isPending}
        onClose={close}
        onPause={pause}
      />
      <DeleteDialog
        opened={isOpen && question?.what === 'delete'}
        jobs={jobs}
        isBusy={deleteJob.isPending}
        onClose={close}
        onDelete={remove}
      />
    </>
  );
}
