import type { Role } from '@greenvue/accounts';
import { ApiError } from '@greenvue/jobs/client';
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { LIMITS } from '../ui/limits.ts';
import { Plain } from '../ui/text/text.tsx';
import { DeliveryField, useAllowedDelivery } from './delivery-field.tsx';
import { type Delivery, LinkResult } from './link-result.tsx';
import { RoleField } from './role-field.tsx';
import { useCreateUser } from './use-users.ts';

interface NewUserDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Creates an account for somebody else, who sets the password with a link. */
export function NewUserDialog({ opened, onClose }: NewUserDialogProps) {
  const create = useCreateUser();
  const link = create.data?.link ?? undefined;
  return (
    <Modal
      opened={opened}
      onClose={create.isPending ? keepOpen : onClose}
      onExitTransitionEnd={create.reset}
      title="New user"
      size="lg"
    >
      {link === undefined ? (
        <UserForm action={create} onClose={onClose} />
      ) : (
        <LinkResult link={link} onClose={onClose} />
      )}
    </Modal>
  );
}

interface UserFormProps {
  readonly action: ReturnType<typeof useCreateUser>;
  readonly onClose: () => void;
}

function UserForm({ action, onClose }: UserFormProps) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const [wanted, setWanted] = useState<Delivery>('mail');
  const deliver = useAllowedDelivery(role, wanted);
  const isReady = email.trim() !== '' && name.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isReady || action.isPending) return;
    action.mutate(
      { email: email.trim(), name: name.trim(), role, deliver },
      { onSuccess: ({ link }) => (link === null ? onClose() : undefined) },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FaultAlert>{action.isError ? <Plain>{faultText(action.error)}</Plain> : undefined}</FaultAlert>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="off"
          maxLength={LIMITS.email}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label="Name"
          autoComplete="off"
          maxLength={LIMITS.personName}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleField value={role} onChange={setRole} />
        <DeliveryField role={role} value={wanted} onChange={setWanted} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={action.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending} disabled={!isReady}>
            Create user
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const LABELS: Readonly<Record<string, string>> = { '/email': 'E-mail', '/name': 'Name' };

/** Each fault with the label of its field. */
function faultText(error: unknown): string {
  if (error instanceof ApiError && error.faults.length > 0)
    return error.faults.map(({ pointer, detail }) => `${LABELS[pointer] ?? pointer} ${detail}.`).join(' ');
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}
