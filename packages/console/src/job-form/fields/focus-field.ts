import { fieldId } from '../payload/pointer.ts';

const CONTROLS = 'input:not([type="hidden"]):not(:disabled), textarea, button:not(:disabled)';

/** Focuses the field of a pointer; in a group, the chosen control or the first one. */
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

/** {@link focusField} for a field that appears with the next render. */
export function focusFieldSoon(pointer: string): void {
  setTimeout(() => focusField(pointer));
}
