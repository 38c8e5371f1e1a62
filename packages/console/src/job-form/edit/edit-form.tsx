import type { Job, JobType } from '@greenvue/jobs/client';
import { jobPath } from '../../ui/paths.ts';
import { JobFormView } from '../job-form.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { ChangedNotice, DeletedNotice } from './edit-notices.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { useEditing } from './use-editing.ts';

interface EditFormProps {
  /** The current job. Others may edit it while the form is open. */
  readonly job: Job;
  readonly types: readonly JobType[];
  /** The job was deleted after the form was opened. */
  readonly isDeleted: boolean;
}

/** The form of an existing job. Saves only the changes, and only if no one else changed the job since. */
export function EditForm({ job, types, isDeleted }: EditFormProps) {
  const editing = useEditing(job);
  const { form, guard, saving, base, mine, stage } = editing;
  const mustRecreate = isDeleted || saving.isDeleted;
  const isChanged = job.uid !== base.uid || job.version !== base.version;
  return (
    <>
      <JobFormView
        form={form}
        types={types}
        // A deleted job can only be created again, possibly with another id or type.
        job={mustRecreate ? undefined : base}
        notice={
          <>
            {mustRecreate ? <DeletedNotice /> : null}
            {isChanged && !mustRecreate && !saving.isBusy ? (
              <ChangedNotice onShow={() => editing.compare(job)} />
            ) : null}
          </>
        }
        saveLabel={mustRecreate ? 'Create again' : 'Review and save'}
        saveNote={stage.kind === 'nothing' && stage.draft === form.draft ? 'No changes to save.' : undefined}
        isSaving={saving.isBusy}
        cancelHref={mustRecreate ? '/jobs' : jobPath(base.id)}
        onSave={mustRecreate ? editing.recreate : editing.review}
      />
      <ReviewDialog
        job={base}
        after={stage.kind === 'review' ? stage.after : undefined}
        isSaving={saving.isBusy}
        onSave={(after) => saving.save(base, after)}
        onClose={editing.continueEditing}
      />
      <ConflictDialog
        base={base}
        theirs={stage.kind === 'conflict' ? stage.theirs : undefined}
        mine={mine}
        onTakeTheirs={editing.takeTheirs}
        onApplyMine={editing.applyMine}
        onClose={editing.continueEditing}
      />
      {guard.dialog}
    </>
  );
}
