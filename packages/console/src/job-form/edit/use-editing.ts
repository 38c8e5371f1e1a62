import type { Job } from '@greenvue/jobs/client';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { announceDone } from '../../actions/announce.ts';
import { jobPath } from '../../ui/paths.ts';
import { isolated } from '../../ui/text/text.tsx';
import { type Definition, type Draft, definitionOf, draftOf, readDraft } from '../draft/draft.ts';
import { type JobForm, useJobForm } from '../draft/use-job-form.ts';
import { type LeaveGuard, useLeaveGuard } from '../leave-guard.tsx';
import { changesOf, includesMine, mergeEdits } from './changes.ts';
import { type SaveEdit, useSaveEdit } from './use-save-edit.ts';

/** The stage of an edit. */
type Stage =
  | { readonly kind: 'writing' }
  /** The user tried to save `draft`, which changes nothing. */
  | { readonly kind: 'nothing'; readonly draft: Draft }
  /** The changes are shown before saving. */
  | { readonly kind: 'review'; readonly after: Definition }
  /** Another user saved the job meanwhile. */
  | { readonly kind: 'conflict'; readonly theirs: Job };

interface Editing {
  readonly form: JobForm;
  readonly guard: LeaveGuard;
  readonly saving: SaveEdit;
  /** The version of the job that the edit starts from. */
  readonly base: Job;
  /** The definition in the form; undefined while a field is invalid. */
  readonly mine: Definition | undefined;
  readonly stage: Stage;
  readonly review: () => void;
  readonly recreate: () => void;
  readonly compare: (theirs: Job) => void;
  readonly takeTheirs: (theirs: Job) => void;
  readonly applyMine: (theirs: Job, mine: Definition) => void;
  readonly continueEditing: () => void;
}

const WRITING: Stage = { kind: 'writing' };

/** The edit of a job, from the opened form to the saved job. */
export function useEditing(job: Job): Editing {
  const [base, setBase] = useState(job);
  const [stage, setStage] = useState<Stage>(WRITING);
  const form = useJobForm(() => draftOf(definitionOf(job)));
  const guard = useLeaveGuard(form.isDirty);
  const [, navigate] = useLocation();
  const leave = ({ id }: Pick<Job, 'id'>) => {
    guard.allowLeaving();
    navigate(jobPath(id));
  };
  const read = readDraft(form.draft);
  const mine = read.ok ? read.value : undefined;
  const saving = useSaveEdit({
    onSaved: leave,
    onConflict: (theirs) => {
      if (!isDoneByThem(base, mine, theirs)) return setStage({ kind: 'conflict', theirs });
      // For example, the answer to this same edit was lost and the edit was sent again.
      announceDone(`${isolated(base.id)} already has these changes.`);
      leave(base);
    },
    onRefused: (refusal) => {
      setStage(WRITING);
      form.refuse(refusal);
    },
  });
  const withMine = (then: (definition: Definition) => void) => () =>
    read.ok ? then(read.value) : form.refuse({ faults: read.faults, problem: undefined });
  const begin = (latest: Job, after: Definition) => {
    const draft = draftOf(after);
    setBase(latest);
    form.restart(draftOf(definitionOf(latest)), draft);
    return draft;
  };

  return {
    ...{ form, guard, saving, base, mine, stage },
    review: withMine((after) => setStage(reviewOf(base, after, form.draft))),
    recreate: withMine(saving.recreate),
    compare: (theirs) => setStage({ kind: 'conflict', theirs }),
    takeTheirs: (theirs) => {
      begin(theirs, definitionOf(theirs));
      setStage(WRITING);
    },
    applyMine: (theirs, own) => {
      const after = mergeEdits({ base: definitionOf(base), mine: own, theirs: definitionOf(theirs) });
      setStage(reviewOf(theirs, after, begin(theirs, after)));
    },
    continueEditing: () => setStage(WRITING),
  };
}

function reviewOf(base: Job, after: Definition, draft: Draft): Stage {
  const isSame = changesOf(definitionOf(base), after).length === 0;
  return isSame ? { kind: 'nothing', draft } : { kind: 'review', after };
}

function isDoneByThem(base: Job, mine: Definition | undefined, theirs: Job): boolean {
  return mine !== undefined && includesMine({ base: definitionOf(base), mine, theirs: definitionOf(theirs) });
}
