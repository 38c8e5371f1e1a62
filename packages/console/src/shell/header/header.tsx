import { ActionIcon, Burger, Group, Tooltip } from '@mantine/core';
import { Link } from 'wouter';
import { BrandName } from '../../ui/config/brand-name.tsx';
import { useConfig } from '../../ui/config/config.tsx';
import { HelpIcon } from '../../ui/icons.tsx';
import { Logo } from '../../ui/logo.tsx';
import { PageLinks } from '../navigation/page-links.tsx';
import classes from './header.module.css';
import { LiveMark } from './live-mark.tsx';
import { SchemeButton } from './scheme-button.tsx';
import { SearchButton } from './search-button.tsx';
import { UserMenu } from './user-menu.tsx';
import { ZoneButton } from './zone-button.tsx';

interface HeaderProps {
  readonly isMenuOpen: boolean;
  readonly onMenu: () => void;
  readonly onHelp: () => void;
  readonly onSearch: () => void;
}

export function Header({ isMenuOpen, onMenu, onHelp, onSearch }: HeaderProps) {
  const { title } = useConfig();
  return (
    <div className={classes.bar}>
      <Burger
        opened={isMenuOpen}
        onClick={onMenu}
        hiddenFrom="md"
        size="sm"
        aria-label={isMenuOpen ? 'Close the menu' : 'Open the menu'}
        aria-expanded={isMenuOpen}
      />
      <Link href="/" className={classes.brand} aria-label={`${title}, overview`}>
        <Logo size={24} />
        <BrandName lastWord={classes.jobs} />
      </Link>
      <PageLinks />
      <div className={classes.spacer} />
      <LiveMark />
      <Group gap={4} visibleFrom="md" wrap="nowrap">
        <SearchButton onOpen={onSearch} />
        <ZoneButton />
        <SchemeButton />
        <Tooltip label="Keyboard shortcuts (?)">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label="Keyboard shortcuts"
            onClick={onHelp}
          >
            <HelpIcon size={18} />
          </ActionIcon>
        </Tooltip>
        <UserMenu />
      </Group>
    </div>
  );
}
