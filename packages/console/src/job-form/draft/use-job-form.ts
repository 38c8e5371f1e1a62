import { useCallback, useMemo, useState } from 'react';
import { type Draft, sameDraft } from './draft.ts';
import { NO_REFUSAL, type Refusal, withoutFaults } from './faults.ts';

/** A draft in a form, with its errors. */
export interface JobForm {
  readonly draft: Draft;
  readonly refusal: Refusal;
  /** The number of refusals. Each one moves the focus to the summary. */
  readonly refusals: number;
  /** Whether there are unsaved changes. */
  readonly isDirty: boolean;
  /** Edits the field of a pointer and removes its errors. */
  readonly edit: (pointer: string, change: (draft: Draft) => Draft) => void;
  readonly refuse: (refusal: Refusal) => void;
  /** Starts again: `saved` is the state that is not dirty, `draft` the state shown. */
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
      refusal: { ...before.refusal, faults: withoutFaults(before.refusal.faults, pointer) },
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
