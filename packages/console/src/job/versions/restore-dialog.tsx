import type { Job, JobVersion } from '@greenvue/jobs/client';
import { Stack, Text } from '@mantine/core';
import { useRestoreVersion } from '../../actions/actions.ts';
import { Confirm } from '../../ui/feedback/confirm.tsx';
import { FaultAlert } from '../../ui/feedback/fault-alert.tsx';
import { faultWords } from '../../ui/feedback/fault-words.ts';
import { isStatus } from '../../ui/feedback/not-found.ts';
import { Plain } from '../../ui/text/text.tsx';

interface RestoreDialogProps {
  /** The job that was compared with the version; undefined while the dialog is closed. */
  readonly job: Job | undefined;
  readonly version: JobVersion;
  readonly onClose: () => void;
}

/** Asks before an earlier definition replaces the one of today, and says if someone else was faster. */
export function RestoreDialog({ job, version, onClose }: RestoreDialogProps) {
  const restore = useRestoreVersion();
  return (
    <Confirm
      opened={job !== undefined}
      onClose={onClose}
      onClosed={restore.reset}
      onConfirm={() => {
        if (job !== undefined) restore.mutate({ job, version }, { onSuccess: onClose });
      }}
      title={`Restore version ${version.version}?`}
      confirmLabel="Restore this version"
      isBusy={restore.isPending}
    >
      <Stack gap="sm">
        <Text size="sm">
          The job gets this definition again, as a new version. Its runs and its pause do not change. The
          current definition stays in this list.
        </Text>
        <FaultAlert>
          {restore.error === null ? undefined : <Plain>{faultText(restore.error)}</Plain>}
        </FaultAlert>
      </Stack>
    </Confirm>
  );
}

function faultText(error: Error): string {
  if (isStatus(error, 412))
    return 'Someone else changed this job meanwhile. Nothing was restored. Close this dialog, compare with the new definition, and restore again.';
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}
