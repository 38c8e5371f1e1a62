import { type ChangeEvent, type MouseEvent, type ReactNode, useId } from 'react';
import classes from './select-box.module.css';

interface RowBoxProps {
  readonly id: string;
  readonly isSelected: boolean;
  readonly onSelect: (id: string, isRange: boolean) => void;
}

/** Selects a row; with Shift, all from the one before. The browser's own box: there is one in each row. */
export function RowBox({ id, isSelected, onSelect }: RowBoxProps) {
  const onChange = ({ nativeEvent, currentTarget }: ChangeEvent<HTMLInputElement>): void => {
    const isClick = nativeEvent instanceof globalThis.MouseEvent;
    onSelect(id, isClick && nativeEvent.shiftKey);
    // After a real click the keys of the table should work, which a box would keep for itself.
    if (isClick && nativeEvent.detail > 0) currentTarget.closest('tr')?.focus({ preventScroll: true });
  };
  return (
    <input
      type="checkbox"
      className={classes.box}
      aria-label={`Select ${id}`}
      checked={isSelected}
      onMouseDown={keepText}
      onChange={onChange}
    />
  );
}

/** A click with Shift selects rows, and not the text between them. */
function keepText(event: MouseEvent): void {
  if (event.shiftKey) event.preventDefault();
}

export interface AllBoxProps {
  readonly state: 'none' | 'some' | 'all';
  /** How many rows are loaded. */
  readonly count: number;
  readonly onToggle: () => void;
  /** Shown beside it, where no row of headers is around it. */
  readonly label?: ReactNode;
}

/** Selects all rows that are loaded, or none. */
export function AllBox({ state, count, onToggle, label }: AllBoxProps) {
  const id = useId();
  const name = `Select all ${count} loaded jobs`;
  const box = (
    <input
      id={id}
      ref={(node) => {
        if (node !== null) node.indeterminate = state === 'some';
      }}
      type="checkbox"
      className={classes.box}
      checked={state === 'all'}
      onChange={onToggle}
      {...(label === undefined ? { 'aria-label': name, title: name } : {})}
    />
  );
  if (label === undefined) return box;
  return (
    <div className={classes.all}>
      {box}
      <label htmlFor={id}>{label}</label>
    </div>
  );
}
