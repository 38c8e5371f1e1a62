import type { Job } from '@greenvue/jobs/client';
import { useCallback, useState } from 'react';
import type { JobMark } from '../data/job-mark.ts';

/** What is asked about jobs, before it is done. */
export interface Question {
  readonly what: 'pause' | 'delete';
  readonly jobs: readonly JobMark[];
  /** Those that are selected, done in turn with a result for each; or one. */
  readonly isBulk: boolean;
  /** Of one that is paused: what is to be changed. */
  readonly pause?: Job['pause'];
  /** It was to be done already, and somebody had edited the job meanwhile: this is the job as it is now. */
  readonly isOutrun?: boolean;
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
