import type { AlertChannel, SavedAlertChannel } from '@greenvue/jobs/client';
import { useState } from 'react';
import { DialogForm, FormDialog } from '../ui/feedback/dialog-form.tsx';
import { faultSentences } from '../ui/feedback/fault-words.ts';
import { useLast } from '../ui/feedback/use-last.ts';
import { Plain } from '../ui/text/text.tsx';
import { type ChannelDraft, draftOf, labelOf, patchBody } from './channel-draft.ts';
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
    <FormDialog
      action={patch}
      opened={channel !== undefined}
      onClose={onClose}
      title={<>Edit channel {shown === undefined ? null : <Plain>{shown.id}</Plain>}</>}
      size="lg"
    >
      {shown === undefined || secret !== undefined ? null : (
        <EditForm key={shown.id} channel={shown} action={patch} onClose={onClose} />
      )}
      {secret === undefined ? null : <NewSecret secret={secret} onClose={onClose} />}
    </FormDialog>
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
  const submit = (): void =>
    action.mutate(
      { id: channel.id, body: patchBody(draft) },
      { onSuccess: ({ secret }: SavedAlertChannel) => (secret === null ? onClose() : undefined) },
    );
  return (
    <DialogForm
      fault={faultSentences(action.error, labelOf)}
      submitLabel="Save"
      isBusy={action.isPending}
      isReady={isReady}
      onSubmit={submit}
      onClose={onClose}
    >
      <ChannelFields draft={draft} isEdit onChange={change} />
    </DialogForm>
  );
}
