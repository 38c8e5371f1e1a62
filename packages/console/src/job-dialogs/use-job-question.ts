import type { Job } from '@greenvue/jobs/client';
import { useCallback, useState } from 'react';
import type { BulkSelection } from '../bulk/use-bulk-plan.ts';
import type { JobMark } from '../data/job-mark.ts';

/** A question about jobs before an action. */
export interface JobQuestion {
  /** One job resumes without a question. */
  readonly what: 'pause' | 'resume' | 'delete';
  readonly jobs: readonly JobMark[];
  /** What one bulk command changes; `jobs` has the known ones. Absent for one job. */
  readonly which?: BulkSelection;
  /** The current pause of a paused job, to be changed. */
  readonly pause?: Job['pause'];
  /** The action failed because another user edited the job. `jobs` has the current job. */
  readonly isSuperseded?: boolean;
}

export interface JobQuestionState {
  /** The last question. It stays while its dialog closes. */
  readonly question: JobQuestion | undefined;
  /** Identifies the question: each one gets a new form. */
  readonly number: number;
  readonly isOpen: boolean;
  readonly ask: (question: JobQuestion) => void;
  readonly close: () => void;
}

export function useJobQuestion(): JobQuestionState {
  const [question, setQuestion] = useState<JobQuestion>();
  const [number, setNumber] = useState(0);
  const [isOpen, setOpen] = useState(false);
  return {
    question,
    number,
    isOpen,
    ask: useCallback((asked) => {
      setQuestion(asked);
      setNumber((last) => last + 1);
      setOpen(true);
    }, []),
    close: useCallback(() => setOpen(false), []),
  };
}
