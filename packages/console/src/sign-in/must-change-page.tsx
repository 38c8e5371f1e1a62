import { changePassword, type Me } from '@greenvue/jobs/client';
import { Anchor, Paper, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { PasswordForm } from '../account/password-form.tsx';
import { useConnection, useSessionStore } from '../session/session.tsx';
import { LonePage } from '../ui/layout/lone-page.tsx';
import { Plain } from '../ui/text/text.tsx';
import { SignInAgain } from './sign-in-again.tsx';

interface MustChangePageProps {
  readonly me: Me;
  readonly isExpired: boolean;
}

/** For an account whose password somebody else chose, such as the first admin's. */
export function MustChangePage({ me, isExpired }: MustChangePageProps) {
  const store = useSessionStore();
  const connection = useConnection();
  useEffect(() => {
    document.title = 'Choose a password · GreenVue jobs';
  }, []);
  return (
    <LonePage>
      <Paper withBorder p="lg" radius="md">
        <Title order={1} size="h3" mb={4}>
          Choose a new password
        </Title>
        <Text size="sm" c="dimmed" mb="lg">
          You are signed in as <Plain>{me.email ?? me.name}</Plain>, with a password that GreenVue made and
          stored. Choose a password of your own to continue. GreenVue then deletes the stored one.
        </Text>
        <PasswordForm
          asksCurrent
          submitLabel="Change the password"
          onSubmit={async ({ current, next }) => {
            await changePassword(connection, { current_password: current, new_password: next });
            await store.reread();
          }}
        />
        <Text size="sm" ta="center" mt="md">
          <Anchor component="button" type="button" size="sm" onClick={() => void store.signOut()}>
            Sign out
          </Anchor>
        </Text>
      </Paper>
      <SignInAgain opened={isExpired} />
    </LonePage>
  );
}
