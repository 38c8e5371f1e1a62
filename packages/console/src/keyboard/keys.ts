import { createContext, useContext, useEffect, useMemo, useRef } from 'react';

/** A single key and what it does. */
export interface KeyBinding {
  /** As `KeyboardEvent.key` has it: 'n', '/', '?', 'Escape'. */
  readonly key: string;
  /** For the help dialog: "New job". */
  readonly does: string;
  readonly run: () => void;
}

/** All keys that work at the moment. */
export interface KeyRegistry {
  /** The newest one with a key wins; the answer takes them away again. */
  readonly register: (bindings: readonly KeyBinding[]) => () => void;
}

export const KeysContext = createContext<KeyRegistry | undefined>(undefined);

/**
 * Makes single keys work as long as the component is there: not while one types in a field, with a modifier,
 * or when a dialog is open. The `?` dialog lists them.
 */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const registry = useContext(KeysContext);
  if (registry === undefined) throw new Error('There is no KeysProvider above.');
  // What a key runs may be another function at each drawing; which keys there are seldom changes.
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  const names = bindings.map(({ key, does }) => `${key} ${does}`).join('\n');
  const stable = useMemo(() => namedBindings(names, latest), [names]);
  useEffect(() => registry.register(stable), [registry, stable]);
}

function namedBindings(
  names: string,
  latest: { readonly current: readonly KeyBinding[] },
): readonly KeyBinding[] {
  if (names === '') return [];
  return names.split('\n').map((name, index) => {
    const at = name.indexOf(' ', 1);
    return {
      key: name.slice(0, at),
      does: name.slice(at + 1),
      run: () => latest.current[index]?.run(),
    };
  });
}
