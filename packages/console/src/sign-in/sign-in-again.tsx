import { Modal, Text } from '@mantine/core';
import { useTokens, useViewer } from '../session/session.tsx';
import { signInAgainHint } from '../session/viewer.ts';
import { HostSignIn } from './host-sign-in.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { SignOutLink } from './sign-out-link.tsx';

/** Covers the page of an expired session. The page stays unless another user signs in. */
export function SignInAgain({ opened }: { readonly opened: boolean }) {
  const tokens = useTokens();
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
      {tokens === undefined ? <HostSignIn /> : <WithForm />}
    </Modal>
  );
}

function WithForm() {
  const viewer = useViewer();
  const { account } = viewer;
  return (
    <>
      <Text size="sm" c="dimmed" mb="md">
        Your session has ended. {signInAgainHint(viewer)}
      </Text>
      <SignInForm email={account?.email ?? undefined} isByToken={account?.kind === 'api_token'} />
      <Text size="sm" ta="center" mt="md" component="div">
        <SignOutLink label="Sign out instead" />
      </Text>
    </>
  );
}
