import type { User } from '@greenvue/accounts';
import { Text } from '@mantine/core';
import { useState } from 'react';
import { DialogForm, FormDialog } from '../ui/feedback/dialog-form.tsx';
import { faultSentences } from '../ui/feedback/fault-words.ts';
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
    <FormDialog action={reset} opened={opened} onClose={onClose} title="Reset the password" size="lg">
      {link === undefined ? (
        <ResetForm user={user} action={reset} onClose={onClose} />
      ) : (
        <LinkResult link={link} onClose={onClose} />
      )}
    </FormDialog>
  );
}

interface ResetFormProps extends Pick<PasswordDialogProps, 'user' | 'onClose'> {
  readonly action: ReturnType<typeof useResetPassword>;
}

function ResetForm({ user, action, onClose }: ResetFormProps) {
  const [wanted, setWanted] = useState<Delivery>('mail');
  const deliver = useAllowedDelivery(user.role, wanted);
  const submit = (): void =>
    action.mutate({ user, deliver }, { onSuccess: ({ link }) => (link === null ? onClose() : undefined) });
  return (
    <DialogForm
      fault={faultSentences(action.error, () => 'The way to send the link')}
      submitLabel={deliver === 'mail' ? 'Send the link' : 'Show the link'}
      isBusy={action.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        <Plain>{user.email}</Plain> gets a link that sets a new password. The old password and the sessions
        work until the link is used.
      </Text>
      <DeliveryField role={user.role} value={wanted} onChange={setWanted} />
    </DialogForm>
  );
}
