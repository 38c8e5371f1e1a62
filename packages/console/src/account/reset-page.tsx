import { confirmPasswordReset } from '@greenvue/accounts';
import { Alert, Anchor, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useConnection } from '../session/session.tsx';
import { useConfig } from '../ui/config/config.tsx';
import { useDocumentTitle } from '../ui/config/document-title.ts';
import { LonePanel } from '../ui/lone-page/lone-panel.tsx';
import { PasswordForm } from './password-form.tsx';

/**
 * The page that a mailed link opens: sets a new password with the token after the `#`, which browsers never
 * send to a server.
 */
export function ResetPage({ path }: { readonly path: string }) {
  const { base } = useConfig();
  const connection = useConnection();
  const [token] = useState(() => window.location.hash.slice(1));
  const [isDone, setDone] = useState(false);
  useDocumentTitle('Set a new password');
  useEffect(() => window.history.replaceState(null, '', path), [path]);
  return (
    <LonePanel title="Set a new password">
      {isDone ? (
        <>
          <Alert color="green" variant="light" role="status" mb="md">
            Password changed. All sessions of the account have ended.
          </Alert>
          <Anchor href={`${base}/`}>Sign in</Anchor>
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
