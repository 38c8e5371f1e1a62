import { Button, Divider, Group, NavLink, Stack, Text } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { useViewer } from '../../session/session.tsx';
import { useHasAccounts } from '../../ui/config/config.tsx';
import { SearchIcon } from '../../ui/icons.tsx';
import { currentMark, type Destination, useNavigation } from '../navigation/navigation.ts';
import { SchemeButton } from './scheme-button.tsx';
import { useSignOut } from './use-sign-out.ts';
import { WhoAmI } from './user-menu.tsx';
import { ZoneButton } from './zone-button.tsx';

interface PhoneMenuProps {
  readonly onHelp: () => void;
  readonly onSearch: () => void;
  /** Called after a navigation: the menu may close. */
  readonly onDone: () => void;
}

/** The parts of the header that do not fit on a phone. */
export function PhoneMenu({ onHelp, onSearch, onDone }: PhoneMenuProps) {
  const signOut = useSignOut();
  return (
    <Stack p="md" gap="md">
      <Button
        variant="default"
        leftSection={<SearchIcon />}
        onClick={() => {
          onDone();
          onSearch();
        }}
      >
        Search and actions
      </Button>
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
  const { pages, manage } = useNavigation();
  return (
    <nav aria-label="Console">
      {pages.map((page) => (
        <PageLink key={page.href} page={page} onDone={onDone} />
      ))}
      {manage.length === 0 ? null : (
        <Text size="xs" c="dimmed" px="sm" pt="sm" pb={4}>
          Manage
        </Text>
      )}
      {manage.map((page) => (
        <PageLink key={page.href} page={page} onDone={onDone} />
      ))}
      {account?.kind === 'user' ? (
        <NavLink component={Link} href="/account" label="Password and sessions" onClick={onDone} />
      ) : null}
      {hasAccounts ? <NavLink href="/docs" label="REST API" target="_blank" rel="noopener" /> : null}
    </nav>
  );
}

interface PageLinkProps extends Pick<PhoneMenuProps, 'onDone'> {
  readonly page: Destination;
}

function PageLink({ page, onDone }: PageLinkProps) {
  const [location] = useLocation();
  const current = currentMark(page, location);
  return (
    <NavLink
      component={Link}
      href={page.href}
      label={page.label}
      onClick={onDone}
      active={current !== undefined}
      aria-current={current}
    />
  );
}
