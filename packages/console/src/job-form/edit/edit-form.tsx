import type { Job, JobType } from '@greenvue/jobs/client';
import { jobPath } from '../../ui/paths.ts';
import { JobFormView } from '../job-form.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { ChangedNotice, DeletedNotice } from './edit-notices.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { useEditing } from './use-editing.ts';

interface EditFormProps {
  /** As it is now: others may edit it while the form is open. */
  readonly job: Job;
  readonly types: readonly JobType[];
  /** It was deleted after it had been opened. */
  readonly isDeleted: boolean;
}

/**
 * The form of a job that exists. What is saved is what changed, and only if nobody else has changed the job
 * since.
 */
export function EditForm({ job, types, isDeleted }: EditFormProps) {
  const editing = useEditing(job);
  const { form, guard, saving, base, mine, stage } = editing;
  const isGone = isDeleted || saving.isGone;
  const isChanged = job.uid !== base.uid || job.version !== base.version;
  return (
    <>
      <JobFormView
        form={form}
        types={types}
        // What is gone can only be created anew, and then under another id or of another type as well.
        job={isGone ? undefined : base}
        notice={
          <>
            {isGone ? <DeletedNotice /> : null}
            {isChanged && !isGone && !saving.isBusy ? (
              <ChangedNotice onShow={() => editing.compare(job)} />
            ) : null}
          </>
        }
        saveLabel={isGone ? 'Create it anew' : 'Review and save'}
        saveNote={stage.kind === 'nothing' && stage.draft === form.draft ? 'Nothing has changed.' : undefined}
        isSaving={saving.isBusy}
        cancelHref={isGone ? '/jobs' : jobPath(base.id)}
        onSave={isGone ? editing.createAnew : editing.review}
      />
      <ReviewDialog
        job={base}
        after={stage.kind === 'review' ? stage.after : undefined}
        isSaving={saving.isBusy}
        onSave={(after) => saving.save(base, after)}
        onClose={editing.goOn}
      />
      <ConflictDialog
        base={base}
        theirs={stage.kind === 'conflict' ? stage.theirs : undefined}
        mine={mine}
        onTakeTheirs={editing.takeTheirs}
        onPutMine={editing.putMine}
        onClose={editing.goOn}
      />
      {guard.dialog}
    </>
  );
}
