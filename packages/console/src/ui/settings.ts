/** Preferences that the console stores in this browser. */
type Setting = 'zone' | 'keys' | `look-${string}` | `views-${string}`;

/** A preference; undefined if it was never set, or if the browser stores nothing. */
export function readSetting(name: Setting): string | undefined {
  try {
    return localStorage.getItem(keyOf(name)) ?? undefined;
  } catch (error) {
    // A browser that forbids storage throws a SecurityError. Then nothing is remembered.
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

export function writeSetting(name: Setting, value: string): void {
  try {
    localStorage.setItem(keyOf(name), value);
  } catch (error) {
    // Storage is forbidden or full: the preference lasts until the page is left.
    if (error instanceof DOMException) return;
    throw error;
  }
}

function keyOf(name: Setting): string {
  return `greenvue-console-${name}`;
}
