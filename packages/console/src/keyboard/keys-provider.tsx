import { createContext, type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useRequired } from '../ui/required-context.ts';
import { readSetting, writeSetting } from '../ui/settings.ts';
import { createKeyBoard, type KeyBoard } from './key-registry.ts';
import { type KeyBinding, KeysContext } from './keys.ts';

interface KeysSetting {
  /** WCAG 2.1.4: people whose software types unintended characters can turn single keys off. */
  readonly isOn: boolean;
  readonly setOn: (isOn: boolean) => void;
  readonly board: KeyBoard;
}

const KeysSettingContext = createContext<KeysSetting | undefined>(undefined);

/** Handles keys for everything below it. */
export function KeysProvider({ children }: { readonly children: ReactNode }) {
  const [board] = useState(createKeyBoard);
  const [isOn, setOn] = useState(() => readSetting('keys') !== 'off');
  const setting = useMemo(
    () => ({
      isOn,
      setOn: (value: boolean) => {
        writeSetting('keys', value ? 'on' : 'off');
        setOn(value);
      },
      board,
    }),
    [isOn, board],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isMeant(event, isOn)) return;
      const binding = board.find(event.key);
      if (binding === undefined) return;
      event.preventDefault();
      binding.run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [board, isOn]);
  return (
    <KeysContext value={board}>
      <KeysSettingContext value={setting}>{children}</KeysSettingContext>
    </KeysContext>
  );
}

export function useKeysSetting(): KeysSetting {
  return useRequired(KeysSettingContext, 'KeysProvider');
}

/** The actions of the open page, with the keys that work now. */
export function useKeyList(): readonly KeyBinding[] {
  const { board } = useKeysSetting();
  return useSyncExternalStore(board.subscribe, board.bindings);
}

/** Elements that handle keys themselves. A checkbox handles only the keys that toggle it. */
const OWN_KEYS =
  'input:not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"], [role="dialog"]';
const PRESSED = 'a, button, summary, [role="button"], [type="checkbox"]';

/** Whether a key is meant for the page, and not for a field, a control, a dialog or the browser. */
function isMeant(event: KeyboardEvent, isOn: boolean): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey)
    return false;
  if (!isOn && event.key.length === 1) return false;
  if (document.querySelector('[aria-modal="true"]') !== null) return false;
  const { target } = event;
  if (!(target instanceof Element)) return true;
  if (target.closest(OWN_KEYS) !== null) return false;
  const isPress = event.key === 'Enter' || event.key === ' ';
  return !isPress || target.closest(PRESSED) === null;
}
