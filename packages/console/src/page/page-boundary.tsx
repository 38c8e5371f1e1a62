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
    <Page title={isUpdated ? 'The console was updated' : 'Could not show this page'}>
      <div role="alert">
        <Text maw={620}>
          {isUpdated
            ? 'The server has a newer console, and a part of this page is gone. Reload to get the new console.'
            : 'This page failed while it was drawn. Reload it. If that does not help, report the error below. Other pages may still work.'}
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
