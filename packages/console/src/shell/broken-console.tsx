import { Button, Paper, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '../ui/config/document-title.ts';
import { LonePage } from '../ui/lone-page/lone-page.tsx';
import { Plain } from '../ui/text/text.tsx';

/** Replaces the whole console when its frame cannot be rendered. */
export function BrokenConsole({ error }: { readonly error: Error }) {
  useDocumentTitle('Error');
  return (
    <LonePage>
      <Paper withBorder p="lg" radius="md" role="alert">
        <Title order={1} size="h3" mb="xs">
          Could not show the console
        </Title>
        <Text size="sm" mb="sm">
          The console failed while it was drawn. Reload it. If that does not help, report the error below.
          Jobs continue to run.
        </Text>
        <Text size="sm" c="dimmed" mb="lg">
          <Plain>{`${error.name}: ${error.message}`}</Plain>
        </Text>
        <Button onClick={() => window.location.reload()}>Reload</Button>
      </Paper>
    </LonePage>
  );
}
