import { Alert, Button, Group, Stack } from '@mantine/core';
import { CopyButton } from '../ui/text/copy-button.tsx';

interface LinkResultProps {
  readonly link: string;
  readonly onClose: () => void;
}

/** A link that sets a password, to pass on. It is shown once. */
export function LinkResult({ link, onClose }: LinkResultProps) {
  return (
    <Stack gap="md">
      <Alert title="Copy the link now">
        Give it to the user. The person who opens it sets the password of the account. The link works once,
        within 30 minutes. It is not shown again.
      </Alert>
      <Group gap="xs">
        <code data-autofocus tabIndex={-1}>
          {link}
        </code>
        <CopyButton text={() => link} what="the link" />
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

/** How a link gets to the user. */
export const DELIVERIES = [
  { value: 'mail', label: 'Send it by mail' },
  { value: 'link', label: 'Show the link here' },
] as const;

export type Delivery = (typeof DELIVERIES)[number]['value'];
