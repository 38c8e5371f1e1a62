import type { Role } from '@greenvue/accounts';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { DialogForm, FormDialog } from '../ui/feedback/dialog-form.tsx';
import { faultSentences } from '../ui/feedback/fault-words.ts';
import { LIMITS } from '../ui/limits.ts';
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
    <FormDialog action={create} opened={opened} onClose={onClose} title="New user" size="lg">
      {link === undefined ? (
        <UserForm action={create} onClose={onClose} />
      ) : (
        <LinkResult link={link} onClose={onClose} />
      )}
    </FormDialog>
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
  const submit = (): void =>
    action.mutate(
      { email: email.trim(), name: name.trim(), role, deliver },
      { onSuccess: ({ link }) => (link === null ? onClose() : undefined) },
    );
  return (
    <DialogForm
      fault={faultSentences(action.error, labelOf)}
      submitLabel="Create user"
      isBusy={action.isPending}
      isReady={isReady}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </DialogForm>
  );
}

const LABELS: Readonly<Record<string, string>> = { '/email': 'E-mail', '/name': 'Name' };

const labelOf = (pointer: string): string => LABELS[pointer] ?? pointer;
