import { Button, Paper, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { LonePage } from '../ui/layout/lone-page.tsx';
import { Plain } from '../ui/text/text.tsx';

/** Replaces the whole console when its frame cannot be rendered. */
export function BrokenConsole({ error }: { readonly error: Error }) {
  useEffect(() => {
    document.title = 'Not shown · GreenVue jobs';
  }, []);
  return (
    <LonePage>
      <Paper withBorder p="lg" radius="md" role="alert">
        <Title order={1} size="h3" mb="xs">
          The console could not be shown
        </Title>
        <Text size="sm" mb="sm">
          Most likely an answer of the server lacks something that the console needs, because the server is
          older or newer than this page. Reload to get the page that goes with it. The jobs themselves go on.
        </Text>
        <Text size="sm" c="dimmed" mb="lg">
          <Plain>{`${error.name}: ${error.message}`}</Plain>
        </Text>
        <Button onClick={() => window.location.reload()}>Reload</Button>
      </Paper>
    </LonePage>
  );
}
