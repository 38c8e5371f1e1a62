import { Button, Checkbox, Switch } from '@mantine/core';
import { type ChoosableColumn, type Look, shownColumns, toggledColumn } from './look.ts';
import { PopoverButton } from './popover-button.tsx';
import classes from './views.module.css';

interface LookButtonProps {
  readonly columns: readonly ChoosableColumn[];
  readonly look: Look;
  readonly onChange: (look: Look) => void;
}

/** Chooses the columns of a list and the height of its rows. */
export function LookButton({ columns, look, onChange }: LookButtonProps) {
  const shown = shownColumns(columns, look.columns);
  return (
    <PopoverButton text="Columns" label="Columns and rows">
      {() => (
        <>
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
        </>
      )}
    </PopoverButton>
  );
}
