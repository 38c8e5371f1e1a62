import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './choice-row.module.css';

interface Choice<T> {
  readonly value: T;
  readonly label: string;
}

interface ChoiceRowProps<T> {
  /** Names the buttons for screen readers. */
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  readonly chosen: T | undefined;
  readonly onChoose: (value: T) => void;
  /** Further filters, at the right of the buttons. */
  readonly children?: ReactNode;
}

/** A row of buttons, one of them pressed. Other filters stand beside it. */
export function ChoiceRow<T>({ label, choices, chosen, onChoose, children }: ChoiceRowProps<T>) {
  return (
    <div className={classes.row}>
      <fieldset className={classes.choices}>
        <legend className={classes.legend}>{label}</legend>
        {choices.map((choice) => (
          <Button
            key={choice.label}
            size="compact-sm"
            variant={choice.value === chosen ? 'filled' : 'default'}
            aria-pressed={choice.value === chosen}
            onClick={() => onChoose(choice.value)}
          >
            {choice.label}
          </Button>
        ))}
      </fieldset>
      {children}
    </div>
  );
}
