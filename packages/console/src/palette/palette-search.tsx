import { Kbd } from '@mantine/core';
import { type KeyboardEvent, useId, useState } from 'react';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { Plain, Spoken } from '../ui/text/text.tsx';
import classes from './palette.module.css';
import { fittingGroups, movedId, type PaletteGroup, type PaletteItem } from './palette-groups.ts';
import { type AllJobsQuestions, useCommands } from './use-commands.ts';
import { useFound } from './use-found.ts';

interface PaletteSearchProps extends AllJobsQuestions {
  readonly onChoose: (item: PaletteItem) => void;
}

const LABEL = 'Search jobs, runs, pages and actions';
const LONGEST = 200;

/** The field and the list below it. The focus stays in the field; the arrows move the choice. */
export function PaletteSearch({ onChoose, ...questions }: PaletteSearchProps) {
  const [typed, setTyped] = useState('');
  const [wanted, setWanted] = useState<string>();
  const listId = useId();
  const commands = useCommands(questions);
  const found = useFound(typed);
  const groups = [...fittingGroups(commands, typed), ...found.groups.filter(({ items }) => items.length > 0)];
  const items = groups.flatMap((group) => group.items);
  const chosen = items.find(({ id }) => id === wanted) ?? items[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setWanted(movedId(items, chosen?.id, event.key === 'ArrowDown' ? 1 : -1));
    }
    if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault();
      onChoose(chosen);
    }
  };
  return (
    <div className={classes.palette}>
      <input
        className={classes.field}
        type="text"
        role="combobox"
        aria-label={LABEL}
        aria-expanded="true"
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={chosen === undefined ? undefined : optionId(listId, chosen)}
        placeholder={LABEL}
        autoComplete="off"
        spellCheck={false}
        maxLength={LONGEST}
        data-autofocus
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setWanted(undefined);
        }}
        onKeyDown={onKeyDown}
      />
      <ErrorOf error={found.error} />
      <List id={listId} groups={groups} chosen={chosen} onChoose={onChoose} />
      {items.length === 0 ? (
        <p className={classes.none}>
          {found.isSearching
            ? 'Searching…'
            : 'Nothing found. Search by name, by id, or by the number of a run.'}
        </p>
      ) : null}
      <Spoken>
        <span role="status">{found.isSearching ? '' : `${items.length} found`}</span>
      </Spoken>
    </div>
  );
}

function ErrorOf({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  const { title, advice } = faultWords(error);
  return <FaultAlert>{`Could not search jobs and runs. ${title}. ${advice}`}</FaultAlert>;
}

interface ListProps {
  readonly id: string;
  readonly groups: readonly PaletteGroup[];
  readonly chosen: PaletteItem | undefined;
  readonly onChoose: (item: PaletteItem) => void;
}

function List({ id, groups, chosen, onChoose }: ListProps) {
  return (
    <div id={id} role="listbox" aria-label="Results" className={classes.list}>
      {groups.map(({ label, items }) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
        <div key={label} role="group" aria-label={label}>
          <div className={classes.group} aria-hidden="true">
            {label}
          </div>
          {items.map((item) => (
            <Option
              key={item.id}
              id={optionId(id, item)}
              item={item}
              isChosen={item.id === chosen?.id}
              onChoose={onChoose}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly item: PaletteItem;
  readonly isChosen: boolean;
  readonly onChoose: (item: PaletteItem) => void;
}

function Option({ id, item, isChosen, onChoose }: OptionProps) {
  const { label, detail, keys } = item;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which has the focus
    <div
      ref={isChosen ? scrollTo : undefined}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      className={classes.option}
      // The focus stays in the field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onChoose(item)}
    >
      <span className={classes.label}>
        <Plain>{label}</Plain>
      </span>
      {detail === undefined ? null : (
        <span className={classes.detail}>
          <Plain>{detail}</Plain>
        </span>
      )}
      {keys === undefined ? null : <Kbd className={classes.keys}>{keys}</Kbd>}
    </div>
  );
}

function scrollTo(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}

function optionId(listId: string, { id }: PaletteItem): string {
  return `${listId}-${id.replaceAll(/\s/g, '-')}`;
}
