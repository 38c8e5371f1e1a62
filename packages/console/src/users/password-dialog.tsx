import type { User } from '@greenvue/accounts';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { Plain } from '../ui/text/text.tsx';
import { DeliveryField, useAllowedDelivery } from './delivery-field.tsx';
import { type Delivery, LinkResult } from './link-result.tsx';
import { useResetPassword } from './use-users.ts';

interface PasswordDialogProps {
  readonly user: User;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Makes a link with which a user sets a new password. */
export function PasswordDialog({ user, opened, onClose }: PasswordDialogProps) {
  const reset = useResetPassword();
  const link = reset.data?.link ?? undefined;
  return (
    <Modal
      opened={opened}
      onClose={reset.isPending ? keepOpen : onClose}
      onExitTransitionEnd={reset.reset}
      title="Reset the password"
      size="lg"
    >
      {link === undefined ? (
        <ResetForm user={user} action={reset} onClose={onClose} />
      ) : (
        <LinkResult link={link} onClose={onClose} />
      )}
    </Modal>
  );
}

interface ResetFormProps extends Pick<PasswordDialogProps, 'user' | 'onClose'> {
  readonly action: ReturnType<typeof useResetPassword>;
}

function ResetForm({ user, action, onClose }: ResetFormProps) {
  const [wanted, setWanted] = useState<Delivery>('mail');
  const deliver = useAllowedDelivery(user.role, wanted);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    action.mutate({ user, deliver }, { onSuccess: ({ link }) => (link === null ? onClose() : undefined) });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <FaultAlert>{action.isError ? <Plain>{faultText(action.error)}</Plain> : undefined}</FaultAlert>
        <Text size="sm">
          <Plain>{user.email}</Plain> gets a link that sets a new password. The old password and the sessions
          work until the link is used.
        </Text>
        <DeliveryField role={user.role} value={wanted} onChange={setWanted} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={action.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending}>
            {deliver === 'mail' ? 'Send the link' : 'Show the link'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function faultText(error: unknown): string {
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}
