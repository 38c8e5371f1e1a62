import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Empty } from '../ui/feedback/states.tsx';
import { Page } from './page.tsx';

export function NotFoundPage() {
  return (
    <Page title="Page not found">
      <Empty
        title="No page has this address"
        action={
          <Button variant="default" component={Link} href="/">
            Go to the overview
          </Button>
        }
      >
        The address is wrong, or belongs to a newer console.
      </Empty>
    </Page>
  );
}
