import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Boundary } from '../ui/feedback/boundary.tsx';
import { Plain } from '../ui/text/text.tsx';
import { CONSOLE_VERSION } from '../ui/version.ts';
import { Page } from './page.tsx';

/** Catches a page's errors while rendering, so that the rest of the console stays. */
export function PageBoundary({ children }: { readonly children: ReactNode }) {
  return (
    <Boundary fallback={(error, retry) => <BrokenPage error={error} onRetry={retry} />}>{children}</Boundary>
  );
}

function BrokenPage({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const isUpdated = isMissingPart(error);
  return (
    <Page title={isUpdated ? 'The console was updated' : 'This page could not be shown'}>
      <div role="alert">
        <Text maw={620}>
          {isUpdated
            ? 'A part of this page is not on the server any more: a newer console is. Reload to get it.'
            : 'Most likely an answer of the server lacks something that this page needs, because the server is older or newer than the page. Reload to get the page that goes with it; the other pages may work meanwhile.'}
        </Text>
        <Text size="sm" c="dimmed" mt="sm">
          Console {CONSOLE_VERSION} · <Plain>{`${error.name}: ${error.message}`}</Plain>
        </Text>
        <Group mt="lg" gap="sm">
          <Button onClick={() => window.location.reload()}>Reload</Button>
          {isUpdated ? null : (
            <Button variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          <Button variant="default" component={Link} href="/">
            Overview
          </Button>
        </Group>
      </div>
    </Page>
  );
}

/** Each browser has its own message for a script that could not be loaded. */
function isMissingPart(error: Error): boolean {
  return /dynamically imported module|importing a module script failed|preload css/i.test(error.message);
}
