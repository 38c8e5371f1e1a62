import { createContext, useLayoutEffect, useMemo, useRef } from 'react';
import { useRequired } from '../ui/required-context.ts';

/** An action of the page: the command palette lists it, and its key does it. */
export interface KeyBinding {
  /** The value of `KeyboardEvent.key`: 'n', '/', '?', 'Escape'. Absent: only the command palette has it. */
  readonly key?: string;
  /** The text in the help dialog and in the command palette, such as "New job". */
  readonly does: string;
  /** Further words that find the action in the command palette. */
  readonly words?: string;
  readonly run: () => void;
  /** The command palette leaves it out: it acts on what has the focus, or the palette has it anyway. */
  readonly isOnlyKey?: boolean;
}

export interface KeyRegistry {
  /** The newest binding of a key wins. The returned function removes the bindings. */
  readonly register: (bindings: readonly KeyBinding[]) => () => void;
}

export const KeysContext = createContext<KeyRegistry | undefined>(undefined);

/**
 * Registers single keys while the component is mounted. They do not work in a field, with a modifier or over
 * a dialog. The `?` dialog lists them.
 */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const registry = useRequired(KeysContext, 'KeysProvider');
  // A key's action may be a new function at each render; the set of keys seldom changes.
  const latest = useRef(bindings);
  // Before the page is painted: a key that is pressed on seeing it is for what it shows.
  useLayoutEffect(() => {
    latest.current = bindings;
  });
  const names = bindings.map(nameOf).join('\n');
  const stable = useMemo(() => namedBindings(names, latest), [names]);
  useLayoutEffect(() => registry.register(stable), [registry, stable]);
}

function nameOf({ key = '', does, words = '', isOnlyKey = false }: KeyBinding): string {
  return `${key}\t${isOnlyKey ? 'key' : ''}\t${does}\t${words}`;
}

function namedBindings(
  names: string,
  latest: { readonly current: readonly KeyBinding[] },
): readonly KeyBinding[] {
  if (names === '') return [];
  return names.split('\n').map((name, index) => {
    const [key = '', only = '', does = '', words = ''] = name.split('\t');
    return {
      ...(key === '' ? {} : { key }),
      does,
      ...(words === '' ? {} : { words }),
      isOnlyKey: only !== '',
      run: () => latest.current[index]?.run(),
    };
  });
}
