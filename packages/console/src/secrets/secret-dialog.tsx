import { ApiError } from '@greenvue/jobs/client';
import { Button, Group, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { useLast } from '../ui/feedback/use-last.ts';
import { Plain } from '../ui/text/text.tsx';
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
    <Modal
      opened={name !== undefined}
      onClose={action.isPending ? keepOpen : onClose}
      onExitTransitionEnd={action.reset}
      title={shown === '' ? 'New secret' : 'Replace the value'}
    >
      <SecretForm name={shown} action={action} onClose={onClose} />
    </Modal>
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
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady) action.mutate({ name: name.trim(), value }, { onSuccess: onClose });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FaultAlert>{action.isError ? <Plain>{faultText(action.error)}</Plain> : undefined}</FaultAlert>
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
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={action.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending} disabled={!isReady}>
            {isNew ? 'Create secret' : 'Replace value'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function faultText(error: unknown): string {
  if (error instanceof ApiError && error.faults.length > 0)
    return error.faults
      .map(({ pointer, detail }) => `${pointer.endsWith('/value') ? 'The value' : 'The name'} ${detail}.`)
      .join(' ');
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}
