import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Page } from '../page/page.tsx';
import { useMe } from '../session/session.tsx';
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
  const { email, name, role } = useMe();
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
          You are signed in as <Plain>{email ?? name}</Plain> with the role {role}, which may view{' '}
          {role === 'operator' ? ', run, pause and cancel' : ''} jobs. Ask an admin to do this or to change
          your role.
        </Text>
      </Empty>
    </Page>
  );
}
