import type { Role, User } from '@greenvue/accounts';
import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Confirm, keepOpen } from '../ui/feedback/confirm.tsx';
import { Plain } from '../ui/text/text.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { RoleField } from './role-field.tsx';
import { SessionsDialog } from './sessions-dialog.tsx';
import { useChangeUser } from './use-users.ts';

/** A question about an account before an action. */
export interface UserQuestion {
  readonly what: 'role' | 'password' | 'sessions' | 'disable';
  readonly user: User;
  /** The question stays while its dialog closes. */
  readonly isOpen: boolean;
}

interface UserDialogsProps {
  readonly question: UserQuestion | undefined;
  readonly onClose: () => void;
}

export function UserDialogs({ question, onClose }: UserDialogsProps) {
  if (question === undefined) return null;
  const { what, user, isOpen } = question;
  const isAbout = (wanted: UserQuestion['what']) => isOpen && what === wanted;
  return (
    <>
      <RoleDialog user={user} opened={isAbout('role')} onClose={onClose} />
      <PasswordDialog user={user} opened={isAbout('password')} onClose={onClose} />
      <SessionsDialog user={user} opened={isAbout('sessions')} onClose={onClose} />
      <DisableDialog user={user} opened={isAbout('disable')} onClose={onClose} />
    </>
  );
}

interface DialogProps {
  readonly user: User;
  readonly opened: boolean;
  readonly onClose: () => void;
}

function RoleDialog({ user, opened, onClose }: DialogProps) {
  const change = useChangeUser();
  return (
    <Modal opened={opened} onClose={change.isPending ? keepOpen : onClose} title="Change the role">
      <RoleForm
        user={user}
        isBusy={change.isPending}
        onClose={onClose}
        onChoose={(role) => change.mutate({ user, change: { role } }, { onSuccess: onClose })}
      />
    </Modal>
  );
}

interface RoleFormProps {
  readonly user: User;
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onChoose: (role: Role) => void;
}

function RoleForm({ user, isBusy, onClose, onChoose }: RoleFormProps) {
  const [role, setRole] = useState<Role>(user.role);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isBusy) onChoose(role);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Plain>{`${user.name}, ${user.email}`}</Plain>
        <RoleField value={role} onChange={setRole} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={role === user.role}>
            Change role
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function DisableDialog({ user, opened, onClose }: DialogProps) {
  const change = useChangeUser();
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      onConfirm={() => change.mutate({ user, change: { disabled: true } }, { onSuccess: onClose })}
      title="Disable this account?"
      confirmLabel="Disable account"
      danger
      isBusy={change.isPending}
    >
      <Plain>{user.email}</Plain> is signed out at once and can't sign in. API tokens of the account stop
      working. You can enable the account again.
    </Confirm>
  );
}
