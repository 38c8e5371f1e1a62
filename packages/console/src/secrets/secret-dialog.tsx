import { PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DialogForm, FormDialog } from '../ui/feedback/dialog-form.tsx';
import { faultSentences } from '../ui/feedback/fault-words.ts';
import { useLast } from '../ui/feedback/use-last.ts';
import { useSetSecret } from './use-secrets.ts';

/** The longest name and value of a secret. */
const LONGEST_NAME = 128;
const LONGEST_VALUE = 16_384;

interface DialogProps {
  /** The secret to replace; empty: a new one. Undefined: the dialog is closed. */
  readonly name: string | undefined;
  readonly onClose: () => void;
}

/** Sets a secret. Nobody can read the value again. */
export function SecretDialog({ name, onClose }: DialogProps) {
  const action = useSetSecret();
  const shown = useLast(name) ?? '';
  return (
    <FormDialog
      action={action}
      opened={name !== undefined}
      onClose={onClose}
      title={shown === '' ? 'New secret' : 'Replace the value'}
    >
      <SecretForm name={shown} action={action} onClose={onClose} />
    </FormDialog>
  );
}

interface FormProps {
  readonly name: string;
  readonly action: ReturnType<typeof useSetSecret>;
  readonly onClose: () => void;
}

function SecretForm({ name: known, action, onClose }: FormProps) {
  const isNew = known === '';
  const [name, setName] = useState(known);
  const [value, setValue] = useState('');
  const isReady = name.trim() !== '' && value !== '';
  const submit = (): void => action.mutate({ name: name.trim(), value }, { onSuccess: onClose });
  return (
    <DialogForm
      fault={faultSentences(action.error, labelOf)}
      submitLabel={isNew ? 'Create secret' : 'Replace value'}
      isBusy={action.isPending}
      isReady={isReady}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="The name that payloads use for the secret, such as API_KEY. Can't be changed later."
        maxLength={LONGEST_NAME}
        value={name}
        readOnly={!isNew}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        {...(isNew ? { 'data-autofocus': true } : {})}
      />
      <PasswordInput
        label="Value"
        description="Nobody can read the value again. Each run that starts from now on gets it."
        maxLength={LONGEST_VALUE}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        autoComplete="new-password"
        {...(isNew ? {} : { 'data-autofocus': true })}
      />
    </DialogForm>
  );
}

const labelOf = (pointer: string): string => (pointer.endsWith('/value') ? 'The value' : 'The name');
