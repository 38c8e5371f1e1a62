import { changePassword, type Me } from '@greenvue/accounts';
import { Text } from '@mantine/core';
import { PasswordForm } from '../account/password-form.tsx';
import { useConnection, useSessionStore } from '../session/session.tsx';
import { useDocumentTitle } from '../ui/config/document-title.ts';
import { LonePanel } from '../ui/lone-page/lone-panel.tsx';
import { Plain } from '../ui/text/text.tsx';
import { SignInAgain } from './sign-in-again.tsx';
import { SignOutLink } from './sign-out-link.tsx';

interface MustChangePageProps {
  readonly me: Me;
  readonly isExpired: boolean;
}

/** For an account whose password another person chose, such as the first admin's. */
export function MustChangePage({ me, isExpired }: MustChangePageProps) {
  const store = useSessionStore();
  const connection = useConnection();
  useDocumentTitle('Choose a password');
  return (
    <LonePanel title="Choose a new password">
      <Text size="sm" c="dimmed" mb="lg">
        You are signed in as <Plain>{me.email ?? me.name}</Plain>, with a password that GreenVue generated and
        stored. Choose your own password to continue. GreenVue then deletes the stored one.
      </Text>
      <PasswordForm
        asksCurrent
        submitLabel="Change password"
        onSubmit={async ({ current, next }) => {
          await changePassword(connection, { current_password: current, new_password: next });
          await store.reread();
        }}
      />
      <Text size="sm" ta="center" mt="md">
        <SignOutLink label="Sign out" />
      </Text>
      <SignInAgain opened={isExpired} />
    </LonePanel>
  );
}
