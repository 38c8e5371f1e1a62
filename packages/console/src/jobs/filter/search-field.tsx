import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { SearchIcon } from '../../ui/icons.tsx';
import { LIMITS } from '../../ui/limits.ts';
import { searchText } from './filters.ts';

interface SearchFieldProps {
  readonly value: string;
  readonly onSearch: (value: string) => void;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly className?: string | undefined;
}

const QUIET_MS = 250;

/** Searches when the user stops typing; Enter searches at once, Escape clears. */
export function SearchField({ value, onSearch, inputRef, className }: SearchFieldProps) {
  const { text, type, flush } = useTyped(value, onSearch);
  const clear = (): void => {
    type('');
    flush();
    inputRef.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') flush();
    if (event.key !== 'Escape') return;
    if (text === '') inputRef.current?.blur();
    else clear();
  };
  return (
    <TextInput
      ref={inputRef}
      {...(className === undefined ? {} : { className })}
      type="text"
      inputMode="search"
      enterKeyHint="search"
      aria-label="Search jobs by id, name or description"
      placeholder="Search id, name, description"
      value={text}
      maxLength={LIMITS.search}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      leftSection={<SearchIcon />}
      rightSection={
        text === '' ? null : <CloseButton size="sm" aria-label="Clear the search" onClick={clear} />
      }
      rightSectionPointerEvents="all"
    />
  );
}

/** The typed text, and the delayed search for it. */
function useTyped(value: string, onSearch: (value: string) => void) {
  const [text, setText] = useState(value);
  // The last search that was sent, so that its answer does not overwrite newer text.
  const told = useRef(value);
  const search = useDebouncedCallback((typed: string) => {
    const wanted = searchText(typed);
    if (wanted === told.current) return;
    told.current = wanted;
    onSearch(wanted);
  }, QUIET_MS);
  useEffect(() => {
    if (value === told.current) return;
    // The search changed by a link, the Back button or "Clear filters".
    told.current = value;
    search.cancel();
    setText(value);
  }, [value, search]);
  const type = (typed: string): void => {
    setText(typed);
    search(typed);
  };
  // The function changes with every key.
  return { text, type, flush: () => search.flush() };
}
