import { Menu, UnstyledButton } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { ChevronIcon } from '../../ui/icons.tsx';
import { currentMark, type Destination, useNavigation } from './navigation.ts';
import classes from './page-links.module.css';

/** The pages as links, and the menu "Manage", for wide screens. */
export function PageLinks() {
  const [location] = useLocation();
  const { pages, manage } = useNavigation();
  return (
    <nav className={classes.navigation} aria-label="Console">
      {pages.map((page) => (
        <Link
          key={page.href}
          href={page.href}
          className={classes.link}
          aria-current={currentMark(page, location)}
        >
          {page.label}
        </Link>
      ))}
      {manage.length === 0 ? null : <ManageMenu destinations={manage} location={location} />}
    </nav>
  );
}

interface ManageMenuProps {
  readonly destinations: readonly Destination[];
  readonly location: string;
}

function ManageMenu({ destinations, location }: ManageMenuProps) {
  const isHere = destinations.some((one) => currentMark(one, location) !== undefined);
  return (
    <Menu position="bottom-start" width={180} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className={classes.link} data-current={isHere}>
          Manage
          <ChevronIcon size={12} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {destinations.map((one) => (
          <Menu.Item
            key={one.href}
            component={Link}
            href={one.href}
            aria-current={currentMark(one, location)}
            className={classes.item}
          >
            {one.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
