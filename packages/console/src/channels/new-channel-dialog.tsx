import type { SavedAlertChannel } from '@greenvue/jobs/client';
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { LIMITS } from '../ui/limits.ts';
import { Plain } from '../ui/text/text.tsx';
import { type ChannelDraft, createBody, faultText, KINDS, NEW_CHANNEL } from './channel-draft.ts';
import { ChannelFields } from './channel-fields.tsx';
import { NewSecret } from './new-secret.tsx';
import { useCreateChannel } from './use-channels.ts';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Creates a channel, and shows the secret that the server made for it. */
export function NewChannelDialog({ opened, onClose }: DialogProps) {
  const create = useCreateChannel();
  const secret = create.data?.secret ?? undefined;
  return (
    <Modal
      opened={opened}
      onClose={create.isPending ? keepOpen : onClose}
      onExitTransitionEnd={create.reset}
      title="New channel"
      size="lg"
    >
      {secret === undefined ? (
        <ChannelForm action={create} onClose={onClose} />
      ) : (
        <NewSecret secret={secret} onClose={onClose} />
      )}
    </Modal>
  );
}

interface FormProps {
  readonly action: ReturnType<typeof useCreateChannel>;
  readonly onClose: () => void;
}

function ChannelForm({ action, onClose }: FormProps) {
  const [draft, setDraft] = useState(NEW_CHANNEL);
  const change = (part: Partial<ChannelDraft>) => setDraft((before) => ({ ...before, ...part }));
  const isReady = draft.id.trim() !== '' && draft.target.trim() !== '' && draft.conditions.length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady)
      action.mutate(createBody(draft), {
        onSuccess: ({ secret }: SavedAlertChannel) => (secret === null ? onClose() : undefined),
      });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FaultAlert>{action.isError ? <Plain>{faultText(action.error)}</Plain> : undefined}</FaultAlert>
        <TextInput
          label="Id"
          description="The name that jobs use for the channel, such as ops. Can't be changed later."
          maxLength={LIMITS.jobId}
          value={draft.id}
          onChange={(event) => change({ id: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <Select
          label="Kind"
          data={KINDS}
          allowDeselect={false}
          value={draft.kind}
          onChange={(kind) => change({ kind: kind ?? 'email', target: '' })}
        />
        <ChannelFields draft={draft} isEdit={false} onChange={change} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={action.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending} disabled={!isReady}>
            Create channel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
