import { Alert, Button, Group, Stack } from '@mantine/core';
import { CopyButton } from '../ui/text/copy-button.tsx';

/** The signing secret that the server made. It is shown once. */
export function NewSecret({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  return (
    <Stack gap="md">
      <Alert title="Copy the signing secret now">
        It is shown only this once. The receiver checks the signature of each alert with it.
      </Alert>
      <Group gap="xs">
        <code>{secret}</code>
        <CopyButton text={() => secret} what="the secret" />
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
