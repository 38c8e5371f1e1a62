import type { Me } from '@greenvue/jobs/client';
import { Alert, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useSessionStore } from '../session/session.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { LonePage } from '../ui/layout/lone-page.tsx';
import { Plain } from '../ui/text/text.tsx';
import { SignInAgain } from './sign-in-again.tsx';

interface NoRolePageProps {
  readonly me: Me;
  readonly isExpired: boolean;
}

/** For accounts whose role may not see jobs. */
export function NoRolePage({ me, isExpired }: NoRolePageProps) {
  const store = useSessionStore();
  const [isAsking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<string>();
  useEffect(() => {
    document.title = 'Not allowed · GreenVue jobs';
  }, []);
  const askAgain = (): void => {
    setAsking(true);
    store
      .reread()
      .then(() => {
        // In any other phase, the sign-in covers the page.
        if (store.state().phase === 'signed-in') setAnswer('Your role is still “user”.');
      })
      .catch((error: unknown) => setAnswer(`${faultWords(error).title}. ${faultWords(error).advice}`))
      .finally(() => setAsking(false));
  };
  return (
    <LonePage>
      <Paper withBorder p="lg" radius="md">
        <Title order={1} size="h3" mb="xs">
          Your role does not allow this
        </Title>
        <Text size="sm" mb="sm">
          Jobs are for operators and admins. You are signed in as <Plain>{me.email ?? me.name}</Plain>, with
          the role <b>{me.role}</b>.
        </Text>
        <Text size="sm" c="dimmed" mb="lg">
          Ask an admin of this server to change your role, then check again.
        </Text>
        {answer === undefined ? null : (
          <Alert variant="light" color="gray" mb="md" role="status">
            {answer}
          </Alert>
        )}
        <Group gap="sm">
          <Button onClick={askAgain} loading={isAsking}>
            Check again
          </Button>
          <Button variant="default" onClick={() => void store.signOut()}>
            Sign out
          </Button>
        </Group>
      </Paper>
      <SignInAgain opened={isExpired} />
    </LonePage>
  );
}
