import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useSessionStore } from '../session/session.tsx';
import { useConfig } from '../ui/config/config.tsx';

const HERE = 'Sign in. If you have signed in in another tab, continue.';
const ELSEWHERE = 'Sign in in another tab, then continue here.';

/** For people who sign in with the app around the console: where, and how to continue here. */
export function HostSignIn() {
  const { signInUrl } = useConfig();
  const store = useSessionStore();
  const [isBusy, setBusy] = useState(false);
  const resume = (): void => {
    setBusy(true);
    void store.resume().finally(() => setBusy(false));
  };
  return (
    <Stack gap="md">
      <Text size="sm">You are not signed in to this site. {signInUrl === undefined ? ELSEWHERE : HERE}</Text>
      <Group gap="sm">
        {signInUrl === undefined ? null : (
          <Button component="a" href={signInUrl} target="_blank">
            Sign in
          </Button>
        )}
        <Button variant={signInUrl === undefined ? 'filled' : 'default'} onClick={resume} loading={isBusy}>
          Continue
        </Button>
      </Group>
    </Stack>
  );
}
