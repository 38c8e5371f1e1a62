import { Alert, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useSessionStore } from '../session/session.tsx';
import type { Viewer } from '../session/session-store.ts';
import { useDocumentTitle } from '../ui/config/document-title.ts';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { LonePage } from '../ui/lone-page/lone-page.tsx';
import { Plain } from '../ui/text/text.tsx';
import { SignInAgain } from './sign-in-again.tsx';
import { SignOutLink } from './sign-out-link.tsx';

interface NoRightsPageProps {
  readonly viewer: Viewer;
  readonly isExpired: boolean;
}

/** For people who may not see jobs. */
export function NoRightsPage({ viewer: { account }, isExpired }: NoRightsPageProps) {
  const store = useSessionStore();
  const [isAsking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<string>();
  useDocumentTitle('Not allowed');
  const askAgain = (): void => {
    setAsking(true);
    store
      .reread()
      .then(() => {
        // In any other phase, the sign-in covers the page.
        if (store.state().phase === 'signed-in') setAnswer(STILL[account === undefined ? 'host' : 'account']);
      })
      .catch((error: unknown) => setAnswer(`${faultWords(error).title}. ${faultWords(error).advice}`))
      .finally(() => setAsking(false));
  };
  return (
    <LonePage>
      <Paper withBorder p="lg" radius="md">
        <Title order={1} size="h3" mb="xs">
          {account === undefined ? 'You may not see jobs' : 'Your role does not allow this'}
        </Title>
        {account === undefined ? null : (
          <Text size="sm" mb="sm">
            Jobs are for operators and admins. You are signed in as{' '}
            <Plain>{account.email ?? account.name}</Plain>, with the role <b>{account.role}</b>.
          </Text>
        )}
        <Text size="sm" c="dimmed" mb="lg">
          Ask an admin of this server to change your {account === undefined ? 'rights' : 'role'}, then check
          again.
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
          <SignOutLink label="Sign out" />
        </Group>
      </Paper>
      <SignInAgain opened={isExpired} />
    </LonePage>
  );
}

const STILL = { account: 'Your role is still “user”.', host: 'You still may not see jobs.' } as const;
