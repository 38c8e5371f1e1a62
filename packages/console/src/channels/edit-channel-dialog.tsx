import type { AlertChannel, SavedAlertChannel } from '@greenvue/jobs/client';
import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { useLast } from '../ui/feedback/use-last.ts';
import { Plain } from '../ui/text/text.tsx';
import { type ChannelDraft, draftOf, faultText, patchBody } from './channel-draft.ts';
import { ChannelFields } from './channel-fields.tsx';
import { NewSecret } from './new-secret.tsx';
import { usePatchChannel } from './use-channels.ts';

interface DialogProps {
  /** Undefined while the dialog is closed. */
  readonly channel: AlertChannel | undefined;
  readonly onClose: () => void;
}

/** Edits a channel: the address that it sends to, and the conditions that it is told of. */
export function EditChannelDialog({ channel, onClose }: DialogProps) {
  const patch = usePatchChannel();
  const shown = useLast(channel);
  const secret = patch.data?.secret ?? undefined;
  return (
    <Modal
      opened={channel !== undefined}
      onClose={patch.isPending ? keepOpen : onClose}
      onExitTransitionEnd={patch.reset}
      title={<>Edit channel {shown === undefined ? null : <Plain>{shown.id}</Plain>}</>}
      size="lg"
    >
      {shown === undefined || secret !== undefined ? null : (
        <EditForm key={shown.id} channel={shown} action={patch} onClose={onClose} />
      )}
      {secret === undefined ? null : <NewSecret secret={secret} onClose={onClose} />}
    </Modal>
  );
}

interface FormProps {
  readonly channel: AlertChannel;
  readonly action: ReturnType<typeof usePatchChannel>;
  readonly onClose: () => void;
}

function EditForm({ channel, action, onClose }: FormProps) {
  const [draft, setDraft] = useState(() => draftOf(channel));
  const change = (part: Partial<ChannelDraft>) => setDraft((before) => ({ ...before, ...part }));
  const isReady = draft.conditions.length > 0 && (draft.kind !== 'email' || draft.target.trim() !== '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady)
      action.mutate(
        { id: channel.id, body: patchBody(draft) },
        { onSuccess: ({ secret }: SavedAlertChannel) => (secret === null ? onClose() : undefined) },
      );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FaultAlert>{action.isError ? <Plain>{faultText(action.error)}</Plain> : undefined}</FaultAlert>
        <ChannelFields draft={draft} isEdit onChange={change} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={action.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending} disabled={!isReady}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
