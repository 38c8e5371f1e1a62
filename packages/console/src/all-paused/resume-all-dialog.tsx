import { resumeAllJobs } from '@greenvue/jobs/client';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { useStats } from '../data/queries/queries.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { jobsText } from '../ui/text/jobs-text.ts';

interface ResumeAllDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks before the pause of all jobs ends, with the number of jobs that then start runs. */
export function ResumeAllDialog({ opened, onClose }: ResumeAllDialogProps) {
  const action = useAction({
    send: (connection) => resumeAllJobs(connection),
    onDone: (_answer, _variables, client) => {
      announceDone('All jobs are resumed');
      void client.invalidateQueries({ queryKey: queryKeys.pauseOfAll() });
    },
    failure: () => 'The jobs were not resumed',
  });
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      onConfirm={() => action.mutate(undefined, { onSettled: onClose })}
      title="Resume all jobs?"
      confirmLabel="Resume all jobs"
      isBusy={action.isPending}
    >
      <Effect />
    </Confirm>
  );
}

/** Reads the numbers when the question opens. */
function Effect() {
  const { data } = useStats();
  if (data === undefined) return <>Counting the jobs…</>;
  const { active, paused } = data.jobs;
  return (
    <>
      {jobsText(active)} can start runs again. Jobs with a pause of their own stay paused:{' '}
      {paused.toLocaleString('en')}. The catch-up of each job decides whether it runs the slots that passed.
    </>
  );
}
