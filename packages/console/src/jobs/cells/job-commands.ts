import { ApiError } from '@greenvue/jobs/client';
import { useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import { useResumeJob, useRunJob } from '../../actions/actions.ts';
import type { JobMark } from '../../data/job-mark.ts';
import { useMay } from '../../session/session.tsx';
import { copyPath, editPath, jobPath, runNowPath } from '../../ui/paths.ts';

/** The actions on one job in the table. */
export interface JobCommands {
  readonly may: ReturnType<typeof useMay>;
  readonly open: (job: JobMark) => void;
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

/** A key held down or a double click counts once. */
const DOUBLE_PRESS_MS = 1_000;

/** Keeps its identity between renders, so that rows only render when their jobs change. */
export function useJobCommands(ask: (what: 'pause' | 'delete', job: JobMark) => void): JobCommands {
  const may = useMay();
  const [, navigate] = useLocation();
  const { mutate: runJob } = useRunJob();
  const { mutate: resumeJob } = useResumeJob();
  const lastPresses = useRef(new Map<string, number>());
  return useMemo(
    () => ({
      may,
      open: ({ id }) => navigate(jobPath(id)),
      run: (job) => {
        const last = lastPresses.current.get(job.id);
        lastPresses.current.set(job.id, performance.now());
        if (last !== undefined && performance.now() - last <= DOUBLE_PRESS_MS) return;
        runJob({ job }, { onError: (error) => wantsPayload(error) && navigate(runNowPath(job.id)) });
      },
      pause: (job) => ask('pause', job),
      resume: (job) => resumeJob({ job }),
      edit: ({ id }) => navigate(editPath(id)),
      copy: ({ id }) => navigate(copyPath(id)),
      remove: (job) => ask('delete', job),
    }),
    [may, navigate, runJob, resumeJob, ask],
  );
}

/** Whether the server refused a run because it brought no payload, and the job has none. */
function wantsPayload(error: unknown): boolean {
  return error instanceof ApiError && error.faults.some(({ pointer }) => pointer === '/payload');
}
