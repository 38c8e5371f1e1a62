import { Button, Divider, Group, NavLink, Stack } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { useViewer } from '../../session/session.tsx';
import { useHasAccounts } from '../../ui/config/config.tsx';
import { useNavigation } from './navigation.ts';
import { SchemeButton } from './scheme-button.tsx';
import { useSignOut } from './use-sign-out.ts';
import { WhoAmI } from './user-menu.tsx';
import { ZoneButton } from './zone-button.tsx';

interface PhoneMenuProps {
  readonly onHelp: () => void;
  /** Called after a navigation: the menu may close. */
  readonly onDone: () => void;
}

/** The parts of the header that do not fit on a phone. */
export function PhoneMenu({ onHelp, onDone }: PhoneMenuProps) {
  const signOut = useSignOut();
  return (
    <Stack p="md" gap="md">
      <Links onDone={onDone} />
      <Divider />
      <Group gap="xs">
        <ZoneButton />
        <SchemeButton />
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          fz="sm"
          fw={500}
          onClick={() => {
            onDone();
            onHelp();
          }}
        >
          Keyboard shortcuts
        </Button>
      </Group>
      <Divider />
      <div>
        <WhoAmI />
      </div>
      {signOut === undefined ? null : (
        <Button
          variant="default"
          onClick={() => {
            onDone();
            signOut();
          }}
        >
          Sign out
        </Button>
      )}
    </Stack>
  );
}

function Links({ onDone }: Pick<PhoneMenuProps, 'onDone'>) {
  const { account } = useViewer();
  const hasAccounts = useHasAccounts();
  const [location] = useLocation();
  const destinations = useNavigation();
  return (
    <nav aria-label="Console">
      {destinations.map(({ href, label, isAt }) => (
        <NavLink
          key={href}
          component={Link}
          href={href}
          label={label}
          onClick={onDone}
          active={isAt(location)}
          aria-current={isAt(location) ? 'page' : undefined}
        />
      ))}
      {account?.kind === 'user' ? (
        <NavLink component={Link} href="/account" label="Password and sessions" onClick={onDone} />
      ) : null}
      {hasAccounts ? <NavLink href="/docs" label="REST API" target="_blank" rel="noopener" /> : null}
    </nav>
  );
}
