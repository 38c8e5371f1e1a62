import { Modal } from '@mantine/core';
import { useJob } from '../data/queries/queries.ts';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { RunNowForm } from './run-now-dialog.tsx';

interface RunRowDialogProps {
  /** The job of the row; undefined before the first question. */
  readonly id: string | undefined;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The question before a job of a list runs. The list stays: more of its jobs may have to run. */
export function RunRowDialog({ id, opened, onClose }: RunRowDialogProps) {
  return (
    <Modal opened={opened && id !== undefined} onClose={onClose} title="Run this job now?" size="lg">
      {id === undefined ? null : <RowForm id={id} onClose={onClose} />}
    </Modal>
  );
}

function RowForm({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { data: job, error, refetch } = useJob(id);
  if (job === undefined) return <NotLoaded error={error} rows={4} onRetry={refetch} />;
  return <RunNowForm job={job} namesJob onClose={onClose} onStarted={onClose} />;
}
