import type { KeyBinding, KeyRegistry } from './keys.ts';

/** The registered keys, for handling and for listing. */
export interface KeyBoard extends KeyRegistry {
  readonly subscribe: (listener: () => void) => () => void;
  /** Newest first, each key once. Also those without a key. */
  readonly bindings: () => readonly KeyBinding[];
  readonly find: (key: string) => KeyBinding | undefined;
}

export function createKeyBoard(): KeyBoard {
  const listeners = new Set<() => void>();
  let layers: readonly (readonly KeyBinding[])[] = [];
  let shown: readonly KeyBinding[] = [];
  const become = (next: readonly (readonly KeyBinding[])[]): void => {
    layers = next;
    const all = layers.toReversed().flat();
    shown = all.filter(
      ({ key }, index) => key === undefined || all.findIndex((other) => other.key === key) === index,
    );
    for (const listener of [...listeners]) listener();
  };
  return {
    register: (bindings) => {
      become([...layers, bindings]);
      return () => become(layers.filter((layer) => layer !== bindings));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    bindings: () => shown,
    find: (key) => shown.find((binding) => binding.key === key),
  };
}
