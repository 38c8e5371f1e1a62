import type { SavedAlertChannel } from '@greenvue/jobs/client';
import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DialogForm, FormDialog } from '../ui/feedback/dialog-form.tsx';
import { faultSentences } from '../ui/feedback/fault-words.ts';
import { LIMITS } from '../ui/limits.ts';
import { type ChannelDraft, createBody, KINDS, labelOf, NEW_CHANNEL } from './channel-draft.ts';
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
    <FormDialog action={create} opened={opened} onClose={onClose} title="New channel" size="lg">
      {secret === undefined ? (
        <ChannelForm action={create} onClose={onClose} />
      ) : (
        <NewSecret secret={secret} onClose={onClose} />
      )}
    </FormDialog>
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
  const submit = (): void =>
    action.mutate(createBody(draft), {
      onSuccess: ({ secret }: SavedAlertChannel) => (secret === null ? onClose() : undefined),
    });
  return (
    <DialogForm
      fault={faultSentences(action.error, labelOf)}
      submitLabel="Create channel"
      isBusy={action.isPending}
      isReady={isReady}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </DialogForm>
  );
}
