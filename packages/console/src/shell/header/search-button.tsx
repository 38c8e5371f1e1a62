import { Button, Kbd } from '@mantine/core';
import { commandKeys } from '../../keyboard/command-keys.ts';
import { SearchIcon } from '../../ui/icons.tsx';
import classes from './search-button.module.css';

/** Opens the command palette, and shows the keys that do it. */
export function SearchButton({ onOpen }: { readonly onOpen: () => void }) {
  return (
    <Button
      variant="default"
      size="compact-md"
      fz="sm"
      fw={500}
      className={classes.button}
      leftSection={<SearchIcon size={14} />}
      rightSection={
        <Kbd size="xs" className={classes.keys}>
          {commandKeys()}
        </Kbd>
      }
      classNames={{ label: classes.label }}
      aria-haspopup="dialog"
      onClick={onOpen}
    >
      Search
    </Button>
  );
}
