import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Empty } from '../ui/feedback/states.tsx';
import { Page } from './page.tsx';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <Empty
        title="Nothing is at this address"
        action={
          <Button variant="default" component={Link} href="/">
            Go to the overview
          </Button>
        }
      >
        It may be mistyped, or come from a newer console.
      </Empty>
    </Page>
  );
}
