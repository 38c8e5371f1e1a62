import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Page } from '../page/page.tsx';
import { useMay, useViewer } from '../session/session.tsx';
import { Empty } from '../ui/feedback/states.tsx';
import { Plain } from '../ui/text/text.tsx';

interface OnlyAdminsProps {
  /** The title of the page that was requested. */
  readonly title: string;
  /** The action that was requested, such as "create jobs". */
  readonly what: string;
  readonly back: { readonly href: string; readonly label: string };
}

/** Replaces a form that the viewer may not save. */
export function OnlyAdmins({ title, what, back }: OnlyAdminsProps) {
  const { name, account } = useViewer();
  const { operate } = useMay();
  return (
    <Page title={title}>
      <Empty
        title={`Only admins can ${what}`}
        action={
          <Anchor component={Link} href={back.href}>
            {back.label}
          </Anchor>
        }
      >
        <Text size="sm">
          You are signed in as <Plain>{account?.email ?? name}</Plain>, and may{' '}
          {operate ? 'view, run, pause and cancel jobs' : 'view jobs'}. Ask an admin to do this or to change
          your {account === undefined ? 'rights' : 'role'}.
        </Text>
      </Empty>
    </Page>
  );
}
