import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useResumeJob } from '../../actions/actions.ts';
import type { JobMark } from '../../data/job-mark.ts';
import { useMay } from '../../session/session.tsx';
import { copyPath, editPath, jobPath } from '../../ui/paths.ts';

/** The actions on one job in the table. */
export interface JobCommands {
  readonly may: ReturnType<typeof useMay>;
  readonly open: (job: JobMark) => void;
  /** Asks first, as the page of the job does. */
  readonly run: (job: JobMark) => void;
  /** Asks for a reason first. */
  readonly pause: (job: JobMark) => void;
  readonly resume: (job: JobMark) => void;
  readonly edit: (job: JobMark) => void;
  /** Opens the form for a new job with this one's values. */
  readonly copy: (job: JobMark) => void;
  /** Asks first. */
  readonly remove: (job: JobMark) => void;
}

interface Questions {
  readonly ask: (what: 'pause' | 'delete', job: JobMark) => void;
  readonly askToRun: (job: JobMark) => void;
}

/** Keeps its identity between renders, so that rows only render when their jobs change. */
export function useJobCommands({ ask, askToRun }: Questions): JobCommands {
  const may = useMay();
  const [, navigate] = useLocation();
  const { mutate: resumeJob } = useResumeJob();
  return useMemo(
    () => ({
      may,
      open: ({ id }) => navigate(jobPath(id)),
      run: askToRun,
      pause: (job) => ask('pause', job),
      resume: (job) => resumeJob({ job }),
      edit: ({ id }) => navigate(editPath(id)),
      copy: ({ id }) => navigate(copyPath(id)),
      remove: (job) => ask('delete', job),
    }),
    [may, navigate, resumeJob, ask, askToRun],
  );
}
