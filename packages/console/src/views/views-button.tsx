import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { announceDone } from '../actions/announce.ts';
import { useConfig } from '../ui/config/config.tsx';
import { TrashIcon } from '../ui/icons.tsx';
import { CopyButton } from '../ui/text/copy-button.tsx';
import { isolated, Plain } from '../ui/text/text.tsx';
import { type Look, withLook } from './look.ts';
import { PopoverButton } from './popover-button.tsx';
import { type ListName, LONGEST_NAME, USUAL_VIEWS, type View, viewHref } from './saved-views.ts';
import { useViews } from './use-views.ts';
import classes from './views.module.css';

interface ViewsButtonProps {
  readonly list: ListName;
  /** The query of the filters and the order, without the look. */
  readonly query: string;
  readonly look: Look;
}

/** Opens views of a list, saves the present one, and copies its link. */
export function ViewsButton({ list, query, look }: ViewsButtonProps) {
  const { views, save, remove } = useViews();
  const { base } = useConfig();
  const present = { list, query: withLook(query, look) };
  return (
    <PopoverButton text="Views" label="Views" width={300}>
      {(close) => (
        <>
          <ul className={classes.list}>
            {USUAL_VIEWS.filter((view) => view.list === list).map((view) => (
              <ViewRow key={view.name} view={view} isHere={view.query === query} onOpen={close} />
            ))}
            {views
              .filter((view) => view.list === list)
              .map((view) => (
                <ViewRow
                  key={`own ${view.name}`}
                  view={view}
                  isHere={view.query === present.query}
                  onOpen={close}
                  onRemove={remove}
                />
              ))}
          </ul>
          <SaveForm
            onSave={(name) => {
              save({ ...present, name });
              announceDone(`Saved the view ${isolated(name)} in this browser.`);
            }}
          />
          <CopyButton
            text={() => `${window.location.origin}${base}${viewHref(present)}`}
            what="the link to this view"
          />
        </>
      )}
    </PopoverButton>
  );
}

interface ViewRowProps {
  readonly view: View;
  readonly isHere: boolean;
  readonly onOpen: () => void;
  /** Absent for a view that every viewer has. */
  readonly onRemove?: (view: View) => void;
}

function ViewRow({ view, isHere, onOpen, onRemove }: ViewRowProps) {
  return (
    <li className={classes.row}>
      <Link
        href={viewHref(view)}
        className={classes.link}
        aria-current={isHere ? 'true' : undefined}
        onClick={onOpen}
      >
        <Plain>{view.name}</Plain>
      </Link>
      {onRemove === undefined ? null : (
        <Button
          size="compact-xs"
          mih={24}
          variant="subtle"
          color="gray"
          aria-label={`Delete the view ${view.name}`}
          onClick={() => onRemove(view)}
        >
          <TrashIcon size={14} />
        </Button>
      )}
    </li>
  );
}

function SaveForm({ onSave }: { readonly onSave: (name: string) => void }) {
  const [typed, setTyped] = useState('');
  const name = typed.trim();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name === '') return;
    onSave(name);
    setTyped('');
  };
  return (
    <form className={classes.save} onSubmit={submit}>
      <TextInput
        aria-label="Name of the view"
        placeholder="Name of the view"
        maxLength={LONGEST_NAME}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={name === ''}>
        Save
      </Button>
    </form>
  );
}
