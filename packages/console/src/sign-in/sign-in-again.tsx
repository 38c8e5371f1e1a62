import { Anchor, Modal, Text } from '@mantine/core';
import { useMe, useSessionStore } from '../session/session.tsx';
import { signInAgainHint } from '../session/viewer.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Covers the page of an expired session. The page stays unless another user signs in. */
export function SignInAgain({ opened }: { readonly opened: boolean }) {
  const store = useSessionStore();
  const me = useMe();
  return (
    <Modal
      opened={opened}
      onClose={() => undefined}
      title="Sign in again"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      centered
      // Above the dialogs of pages, which were mounted later.
      zIndex={400}
    >
      <Text size="sm" c="dimmed" mb="md">
        Your session has ended. {signInAgainHint(me)}
      </Text>
      <SignInForm email={me.email ?? undefined} isByToken={me.kind === 'api_token'} />
      <Text size="sm" ta="center" mt="md">
        <Anchor component="button" type="button" size="sm" onClick={() => void store.signOut()}>
          Sign out instead
        </Anchor>
      </Text>
    </Modal>
  );
}
