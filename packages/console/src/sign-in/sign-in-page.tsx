import { Anchor, Text } from '@mantine/core';
import { useState } from 'react';
import { ForgotForm } from '../account/forgot-form.tsx';
import { LonePanel } from '../ui/layout/lone-panel.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
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
