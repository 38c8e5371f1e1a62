import { changePassword } from '@greenvue/accounts';
import { Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { announceDone } from '../actions/announce.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { Page } from '../page/page.tsx';
import { useConnection, useViewer } from '../session/session.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { PasswordForm } from './password-form.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

export function AccountPage() {
  const { account } = useViewer();
  if (account?.kind !== 'user') {
    return (
      <Page title="Account">
        <Text>You are signed in with an API token, which has no password and no sessions.</Text>
      </Page>
    );
  }
  return (
    <Page title="Account" lead={account.email}>
      <Stack gap="lg">
        <PasswordPanel />
        <SessionsPanel />
      </Stack>
    </Page>
  );
}

function PasswordPanel() {
  const connection = useConnection();
  const client = useQueryClient();
  return (
    <Panel title="Password">
      <Text size="sm" c="dimmed" mb="md">
        Changing the password signs you out of your other sessions.
      </Text>
      <PasswordForm
        asksCurrent
        submitLabel="Change password"
        onSubmit={async ({ current, next }) => {
          await changePassword(connection, { current_password: current, new_password: next });
          announceDone('Password changed. You are signed out of your other sessions.');
          await client.invalidateQueries({ queryKey: queryKeys.sessions() });
        }}
      />
    </Panel>
  );
}
