import { ActionIcon, Button, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { ChevronIcon, PlusIcon, TrashIcon } from '../../ui/icons.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { focusField } from '../fields/focus-field.ts';
import { isList, moveItem, type Value } from '../payload/json-value.ts';
import { initialItem } from '../payload/payload-draft.ts';
import type { ListField } from '../payload/payload-model.ts';
import { fieldId, type Path, pointerOf } from '../payload/pointer.ts';
import { useChangePayload } from './payload-context.tsx';
import classes from './payload-inputs.module.css';

interface PayloadListProps {
  readonly field: ListField;
  readonly path: Path;
  readonly label: string;
  readonly value: Value | undefined;
  /** Renders an item. */
  readonly children: (item: ItemProps) => ReactNode;
}

interface ItemProps {
  readonly path: Path;
  readonly label: string;
  readonly value: Value;
}

/** The last action: its text for screen readers, and the next focus. */
interface Done {
  readonly words: string;
  readonly focus: () => void;
}

/** The items of a list, with buttons to add, remove and move them. */
export function PayloadList({ field, path, label, value, children }: PayloadListProps) {
  const items = value !== undefined && isList(value) ? value : [];
  const { add, remove, move, done } = useListActions({ field, path, label, items });
  const isFull = field.maxItems !== undefined && items.length >= field.maxItems;
  return (
    <div className={classes.list}>
      {items.length === 0 ? <p className={blocks.quiet}>No items.</p> : null}
      <ol className={classes.items}>
        {items.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an item has no id, and its row no state
          <li key={at} className={classes.item}>
            <div className={classes.itemField}>
              {children({ path: [...path, at], label: `Item ${at + 1}`, value: item })}
            </div>
            <ItemButtons
              id={itemId(path, at)}
              name={`${label}, item ${at + 1}`}
              isFirst={at === 0}
              isLast={at === items.length - 1}
              onUp={() => move(at, at - 1)}
              onDown={() => move(at, at + 1)}
              onRemove={() => remove(at)}
            />
          </li>
        ))}
      </ol>
      <Button
        id={addButtonId(path)}
        size="xs"
        variant="default"
        leftSection={<PlusIcon />}
        onClick={add}
        disabled={isFull}
      >
        Add to {label}
      </Button>
      <VisuallyHidden role="status">{done}</VisuallyHidden>
    </div>
  );
}

interface ListActionsOptions extends Pick<PayloadListProps, 'field' | 'path' | 'label'> {
  readonly items: readonly Value[];
}

/** The actions on a list. Each one moves the focus to the next useful place and sets its text in `done`. */
function useListActions({ field, path, label, items }: ListActionsOptions) {
  const change = useChangePayload();
  const [done, setDone] = useState<Done>();
  // After rendering, so that new elements exist.
  useEffect(() => done?.focus(), [done]);
  const add = () => {
    change(path, [...items, initialItem(field.item)]);
    const focus = () => focusField(pointerOf([...path, items.length]));
    setDone({ words: `${label}: item ${items.length + 1} added.`, focus });
  };
  const remove = (at: number) => {
    const rest = items.filter((_, place) => place !== at);
    change(path, rest);
    const next = at === rest.length ? addButtonId(path) : `${itemId(path, at)}-remove`;
    setDone({ words: `${label}: item ${at + 1} removed.`, focus: () => focusElement(next) });
  };
  const move = (from: number, to: number) => {
    change(path, moveItem(items, from, to));
    const isAtEnd = to === 0 || to === items.length - 1;
    // At an end, the pressed button is disabled, so the other one gets the focus.
    const isUp = isAtEnd ? to !== 0 : to < from;
    const focus = () => focusElement(`${itemId(path, to)}-${isUp ? 'up' : 'down'}`);
    setDone({ words: `${label}: item ${from + 1} is now item ${to + 1}.`, focus });
  };
  return { add, remove, move, done: done?.words };
}

function addButtonId(path: Path): string {
  return `${fieldId(pointerOf(path))}-add`;
}

function itemId(path: Path, at: number): string {
  return fieldId(pointerOf([...path, at]));
}

function focusElement(id: string): void {
  document.getElementById(id)?.focus();
}

interface ItemButtonsProps {
  readonly id: string;
  readonly name: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onRemove: () => void;
}

function ItemButtons({ id, name, isFirst, isLast, onUp, onDown, onRemove }: ItemButtonsProps) {
  const look = { variant: 'subtle', color: 'gray', size: 28 } as const;
  return (
    <div className={classes.itemButtons}>
      <ActionIcon {...look} id={`${id}-up`} aria-label={`${name}: move up`} disabled={isFirst} onClick={onUp}>
        <span className={classes.up}>
          <ChevronIcon />
        </span>
      </ActionIcon>
      <ActionIcon
        {...look}
        id={`${id}-down`}
        aria-label={`${name}: move down`}
        disabled={isLast}
        onClick={onDown}
      >
        <ChevronIcon />
      </ActionIcon>
      <ActionIcon {...look} id={`${id}-remove`} aria-label={`${name}: remove`} onClick={onRemove}>
        <TrashIcon />
      </ActionIcon>
    </div>
  );
}
