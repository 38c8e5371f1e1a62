import { pauseAllJobs } from '@greenvue/jobs/client';
import { Modal, Text } from '@mantine/core';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { PauseFields, usePauseDraft } from '../job-dialogs/pause-fields.tsx';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { DialogForm } from '../ui/feedback/dialog-form.tsx';

interface PauseAllDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks for the reason and the end of a pause of all jobs. */
export function PauseAllDialog({ opened, onClose }: PauseAllDialogProps) {
  const action = useAction({
    send: (connection, body: { readonly reason?: string; readonly until?: string }) =>
      pauseAllJobs(connection, body),
    onDone: (_answer, _variables, client) => {
      onClose();
      announceDone('All jobs are paused');
      void client.invalidateQueries({ queryKey: queryKeys.pauseOfAll() });
    },
    failure: () => 'The jobs were not paused',
  });
  return (
    <Modal opened={opened} onClose={action.isPending ? keepOpen : onClose} title="Pause all jobs">
      <PauseAllForm isBusy={action.isPending} onClose={onClose} onPause={action.mutate} />
    </Modal>
  );
}

interface PauseAllFormProps {
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onPause: (pause: { readonly reason?: string; readonly until?: string }) => void;
}

function PauseAllForm({ isBusy, onClose, onPause }: PauseAllFormProps) {
  const draft = usePauseDraft(null);
  const submit = (): void => {
    const pause = draft.read();
    if (pause === undefined) return;
    const { reason, until } = pause;
    onPause({ ...(reason === '' ? {} : { reason }), ...(until === undefined ? {} : { until }) });
  };
  return (
    <DialogForm submitLabel="Pause all jobs" isBusy={isBusy} onSubmit={submit} onClose={onClose}>
      <Text size="sm">
        No job starts a run until all jobs are resumed. Running runs finish; runs that are requested meanwhile
        wait. Each job keeps its own pause. After this pause, the catch-up of each job decides whether it runs
        the slots that passed.
      </Text>
      <PauseFields
        draft={draft}
        reasonHelp="Optional. Tells others why no job runs."
        untilHelp="Optional. The pause ends at this time; without it, someone has to resume all jobs."
      />
    </DialogForm>
  );
}
