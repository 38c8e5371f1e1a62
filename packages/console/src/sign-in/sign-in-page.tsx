import { Anchor, Paper, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { ForgotForm } from '../account/forgot-form.tsx';
import { LonePage } from '../ui/layout/lone-page.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
  const [isForgotten, setForgotten] = useState(false);
  return (
    <LonePage>
      <Paper withBorder p="lg" radius="md">
        <Title order={1} size="h3" mb={4}>
          {isForgotten ? 'Forgotten password' : 'Sign in'}
        </Title>
        {isForgotten ? (
          <ForgotForm onBack={() => setForgotten(false)} />
        ) : (
          <>
            <Text size="sm" c="dimmed" mb="lg">
              With an account of this server that is an operator or an admin.
            </Text>
            <SignInForm />
            <Text ta="center" mt="md">
              <Anchor component="button" type="button" size="sm" onClick={() => setForgotten(true)}>
                Forgot the password?
              </Anchor>
            </Text>
          </>
        )}
      </Paper>
    </LonePage>
  );
}
