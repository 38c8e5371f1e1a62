import { Anchor, Text } from '@mantine/core';
import { useState } from 'react';
import { useTokens } from '../session/session.tsx';
import { useConfig } from '../ui/config/config.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';

/**
 * Signs out. Says why if the server did not. Shows nothing if only the app around the console can sign people
 * out.
 */
export function SignOutLink({ label }: { readonly label: string }) {
  const tokens = useTokens();
  const { signOutUrl } = useConfig();
  const [fault, setFault] = useState<string>();
  if (tokens === undefined)
    return signOutUrl === undefined ? null : (
      <Anchor href={signOutUrl} size="sm">
        {label}
      </Anchor>
    );
  const signOut = (): void => {
    setFault(undefined);
    tokens
      .signOut()
      .catch((error: unknown) => setFault(`You are still signed in. ${faultWords(error).title}.`));
  };
  return (
    <>
      <Anchor component="button" type="button" size="sm" onClick={signOut}>
        {label}
      </Anchor>
      {fault === undefined ? null : (
        <Text size="sm" c="red" role="alert">
          {fault}
        </Text>
      )}
    </>
  );
}
