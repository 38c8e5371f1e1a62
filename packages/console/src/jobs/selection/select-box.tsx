import { type ChangeEvent, type MouseEvent, type ReactNode, useId } from 'react';
import classes from './select-box.module.css';

interface RowBoxProps {
  readonly id: string;
  readonly isSelected: boolean;
  readonly onSelect: (id: string, isRange: boolean) => void;
}

/** Selects a row; with Shift, all rows from the last one. A native checkbox, since every row has one. */
export function RowBox({ id, isSelected, onSelect }: RowBoxProps) {
  const onChange = ({ nativeEvent, currentTarget }: ChangeEvent<HTMLInputElement>): void => {
    const isClick = nativeEvent instanceof globalThis.MouseEvent;
    onSelect(id, isClick && nativeEvent.shiftKey);
    // After a real click, the table's keys should work, which a focused checkbox would block.
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

/** Shift+click selects rows, not the text between them. */
function keepText(event: MouseEvent): void {
  if (event.shiftKey) event.preventDefault();
}

export interface AllBoxProps {
  readonly state: 'none' | 'some' | 'all';
  readonly count: number;
  readonly onToggle: () => void;
  /** Shown beside the box where there is no header row. */
  readonly label?: ReactNode;
}

/** Selects all loaded rows, or none. */
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
