import { Button, Checkbox, Popover, Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { ChevronIcon } from '../ui/icons.tsx';
import { type ChoosableColumn, type Look, shownColumns, toggledColumn } from './look.ts';
import classes from './views.module.css';

interface LookButtonProps {
  readonly columns: readonly ChoosableColumn[];
  readonly look: Look;
  readonly onChange: (look: Look) => void;
}

/** Chooses the columns of a list and the height of its rows. */
export function LookButton({ columns, look, onChange }: LookButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const shown = shownColumns(columns, look.columns);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" trapFocus withRoles={false}>
      <Popover.Target>
        <Button
          variant="default"
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          rightSection={<ChevronIcon size={14} />}
          onClick={() => setOpen(!isOpen)}
        >
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label="Columns and rows">
        <Stack gap="xs">
          <fieldset className={classes.columns}>
            <legend className={classes.legend}>Columns</legend>
            {columns.map(({ id, label }) => (
              <Checkbox
                key={id}
                label={label}
                checked={shown.includes(id)}
                onChange={() => onChange({ ...look, columns: toggledColumn(columns, look.columns, id) })}
              />
            ))}
          </fieldset>
          <Switch
            label="Compact rows"
            checked={look.isCompact}
            onChange={(event) => onChange({ ...look, isCompact: event.currentTarget.checked })}
          />
          <Button
            size="compact-sm"
            variant="default"
            disabled={look.columns === undefined}
            onClick={() => onChange({ ...look, columns: undefined })}
          >
            Default columns
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
