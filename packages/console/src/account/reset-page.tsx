import { confirmPasswordReset } from '@greenvue/jobs/client';
import { Alert, Anchor, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useConnection } from '../session/session.tsx';
import { LonePanel } from '../ui/layout/lone-panel.tsx';
import { PasswordForm } from './password-form.tsx';

const RESET_PATH = '/console/reset-password';

/** Shows the page that a mailed link opens, whether signed in or not; on other pages its children. */
export function ResetGate({ children }: { readonly children: ReactNode }) {
  return window.location.pathname === RESET_PATH ? <ResetPage /> : children;
}

/** Sets a new password with the token after the `#`, which browsers never send to a server. */
function ResetPage() {
  const connection = useConnection();
  const [token] = useState(() => window.location.hash.slice(1));
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    document.title = 'Set a new password · GreenVue jobs';
    window.history.replaceState(null, '', RESET_PATH);
  }, []);
  return (
    <LonePanel title="Set a new password">
      {isDone ? (
        <>
          <Alert color="green" variant="light" role="status" mb="md">
            Password changed. All sessions of the account have ended.
          </Alert>
          <Anchor href="/console/">Sign in</Anchor>
        </>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="lg">
            Setting a new password ends all sessions of the account.
          </Text>
          <PasswordForm
            asksCurrent={false}
            submitLabel="Set password"
            onSubmit={async ({ next }) => {
              await confirmPasswordReset(connection, { token, new_password: next });
              setDone(true);
            }}
          />
        </>
      )}
    </LonePanel>
  );
}
