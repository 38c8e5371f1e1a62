import { fieldId } from '../payload/pointer.ts';

const CONTROLS = 'input:not([type="hidden"]):not(:disabled), textarea, button:not(:disabled)';

/** Puts the focus on the field of a pointer; of a group, on what is chosen in it, or on its first control. */
export function focusField(pointer: string): void {
  const element = document.getElementById(fieldId(pointer));
  if (element === null) return;
  const control = element.matches(CONTROLS)
    ? element
    : (element.querySelector<HTMLElement>('input:checked') ?? element.querySelector<HTMLElement>(CONTROLS));
  const target = control ?? element;
  target.focus();
  target.scrollIntoView({ block: 'nearest' });
}

/** {@link focusField} of a field that is drawn only after what has just been done. */
export function focusFieldSoon(pointer: string): void {
  setTimeout(() => focusField(pointer));
}
