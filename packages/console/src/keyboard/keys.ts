import { createContext, useEffect, useMemo, useRef } from 'react';
import { useRequired } from '../ui/required-context.ts';

export interface KeyBinding {
  /** The value of `KeyboardEvent.key`: 'n', '/', '?', 'Escape'. */
  readonly key: string;
  /** The text in the help dialog, such as "New job". */
  readonly does: string;
  readonly run: () => void;
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
