import { Popover, UnstyledButton } from '@mantine/core';
import { lazy, Suspense, useId, useState } from 'react';
import { Boundary } from '../feedback/boundary.tsx';
import { HelpIcon } from '../icons.tsx';
import classes from './help.module.css';
import type { HelpWord } from './help-words.ts';

const DefinitionText = lazy(async () => ({
  default: (await import('./definition-text.tsx')).DefinitionText,
}));

/**
 * A small button beside a word of ours. It shows what the word means: on focus, on a click and on a touch.
 */
export function Help({ word }: { readonly word: HelpWord }) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const name = word.replace(/ \(.*/, '');
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      width={280}
      position="top"
      withArrow
      shadow="md"
      withRoles={false}
      // At the end of the document, it would be outside of the page's landmarks.
      withinPortal={false}
      returnFocus={false}
    >
      <Popover.Target>
        <UnstyledButton
          className={classes.help}
          aria-label={`What does “${name}” mean?`}
          aria-describedby={isOpen ? id : undefined}
          // Escape closes this, and not the dialog around it.
          data-mantine-stop-propagation={isOpen || undefined}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setOpen(false);
          }}
        >
          <HelpIcon size={14} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown id={id} className={classes.definition} role="note">
        <strong>{name}</strong>{' '}
        <Boundary fallback={() => 'This could not be loaded. Reload the page.'}>
          <Suspense fallback="…">
            <DefinitionText word={word} />
          </Suspense>
        </Boundary>
      </Popover.Dropdown>
    </Popover>
  );
}
