import { Anchor, Text } from '@mantine/core';
import { useState } from 'react';
import { ForgotForm } from '../account/forgot-form.tsx';
import { useConfig } from '../ui/config/config.tsx';
import { LonePanel } from '../ui/lone-page/lone-panel.tsx';
import { HostSignIn } from './host-sign-in.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
  const { auth } = useConfig();
  switch (auth) {
    case 'host':
      return (
        <LonePanel title="Not signed in">
          <HostSignIn />
        </LonePanel>
      );
    case 'token':
      return (
        <LonePanel title="Sign in">
          <Text size="sm" c="dimmed" mb="lg">
            This tab keeps the token until you close the tab or sign out.
          </Text>
          <SignInForm />
        </LonePanel>
      );
    case 'password':
      return <AccountSignInPage />;
    default:
      return auth satisfies never;
  }
}

function AccountSignInPage() {
  const [isForgotten, setForgotten] = useState(false);
  return (
    <LonePanel title={isForgotten ? 'Forgotten password' : 'Sign in'}>
      {isForgotten ? (
        <ForgotForm onBack={() => setForgotten(false)} />
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="lg">
            Use an operator or admin account of this server.
          </Text>
          <SignInForm />
          <Text ta="center" mt="md">
            <Anchor component="button" type="button" size="sm" onClick={() => setForgotten(true)}>
              Forgot your password?
            </Anchor>
          </Text>
        </>
      )}
    </LonePanel>
  );
}
