import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Spoken } from '../text/text.tsx';
import classes from './toggles.module.css';

interface TogglesProps {
  /** What they choose, for screen readers. */
  readonly legend: string;
  readonly children: ReactNode;
}

/** A row of {@link Toggle} buttons. */
export function Toggles({ legend, children }: TogglesProps) {
  return (
    <fieldset className={classes.toggles}>
      <legend>
        <Spoken>{legend}</Spoken>
      </legend>
      {children}
    </fieldset>
  );
}

interface ToggleProps {
  readonly isOn: boolean;
  /** Of a button that shows more fields: whether they are shown. */
  readonly isExpanded?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function Toggle({ isOn, isExpanded, onClick, children }: ToggleProps) {
  return (
    <Button
      size="compact-sm"
      variant={isOn ? 'filled' : 'default'}
      aria-pressed={isOn}
      aria-expanded={isExpanded}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
