import { askPasswordReset } from '@greenvue/accounts';
import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useConnection } from '../session/session.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { EmailField } from './email-field.tsx';
import { passwordFault } from './password-fault.ts';

/** Requests an e-mail with a link that sets a new password. */
export function ForgotForm({ onBack }: { readonly onBack: () => void }) {
  const connection = useConnection();
  const [isBusy, setBusy] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [fault, setFault] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('email') ?? '').trim();
    setBusy(true);
    setFault(undefined);
    askPasswordReset(connection, { email })
      .then(() => setAsked(true))
      .catch((error: unknown) => setFault(passwordFault(error)))
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {isAsked ? (
          <Alert color="green" variant="light" role="status">
            If a confirmed account has this address, we have sent it a link. The link works for 30 minutes.
          </Alert>
        ) : (
          <>
            <Text size="sm">We send you a link that sets a new password.</Text>
            <EmailField hasFocus />
            <FaultAlert>{fault}</FaultAlert>
            <Button type="submit" loading={isBusy} fullWidth>
              Send link
            </Button>
          </>
        )}
        <Anchor component="button" type="button" size="sm" ta="center" onClick={onBack}>
          Back to sign-in
        </Anchor>
      </Stack>
    </form>
  );
}
