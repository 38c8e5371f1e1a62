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
  readonly isSuperseded?: boolean;
}

export interface Asking {
  /** The last question: it stays while its dialog closes. */
  readonly question: Question | undefined;
  /** Which question it is: each is answered on a form of its own. */
  readonly number: number;
  readonly isOpen: boolean;
  readonly ask: (question: Question) => void;
  readonly close: () => void;
}

export function useAsking(): Asking {
  const [question, setQuestion] = useState<Question>();
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
