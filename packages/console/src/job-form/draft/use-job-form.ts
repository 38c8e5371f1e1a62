import { useCallback, useMemo, useState } from 'react';
import { type Draft, sameDraft } from './draft.ts';
import { NO_REFUSAL, type Refusal, without } from './faults.ts';

/** A draft in a form, with what was said against it. */
export interface JobForm {
  readonly draft: Draft;
  readonly refusal: Refusal;
  /** How often it was refused: each time the summary gets the focus. */
  readonly refusals: number;
  /** Something is written that is not saved. */
  readonly isDirty: boolean;
  /** Writes in the field of a pointer; what was said against it no longer holds. */
  readonly edit: (pointer: string, change: (draft: Draft) => Draft) => void;
  readonly refuse: (refusal: Refusal) => void;
  /** Begins anew: `saved` is what is not dirty, `draft` what is shown. */
  readonly restart: (saved: Draft, draft?: Draft) => void;
}

interface State {
  readonly saved: Draft;
  readonly draft: Draft;
  readonly refusal: Refusal;
  readonly refusals: number;
}

export function useJobForm(initial: () => Draft): JobForm {
  const [state, setState] = useState<State>(() => begin(initial()));
  const edit = useCallback((pointer: string, change: (draft: Draft) => Draft) => {
    setState((before) => ({
      ...before,
      draft: change(before.draft),
      refusal: { ...before.refusal, faults: without(before.refusal.faults, pointer) },
    }));
  }, []);
  const refuse = useCallback((refusal: Refusal) => {
    setState((before) => ({ ...before, refusal, refusals: before.refusals + 1 }));
  }, []);
  const restart = useCallback((saved: Draft, draft = saved) => setState(begin(saved, draft)), []);
  const { saved, draft, refusal, refusals } = state;
  const isDirty = useMemo(() => !sameDraft(saved, draft), [saved, draft]);
  return { draft, refusal, refusals, isDirty, edit, refuse, restart };
}

function begin(saved: Draft, draft = saved): State {
  return { saved, draft, refusal: NO_REFUSAL, refusals: 0 };
}
