import { Paper, Text, Title } from '@mantine/core';
import { LonePage } from './lone-page.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
  return (
    <LonePage>
      <Paper withBorder p="lg" radius="md">
        <Title order={1} size="h3" mb={4}>
          Sign in
        </Title>
        <Text size="sm" c="dimmed" mb="lg">
          With an account of this server that is an operator or an admin.
        </Text>
        <SignInForm />
      </Paper>
    </LonePage>
  );
}
