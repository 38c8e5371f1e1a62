/** What the console remembers of how one likes it, on this browser. */
type Setting = 'zone' | 'keys';

/** A setting; undefined when it was never set, or when the browser keeps nothing. */
export function readSetting(name: Setting): string | undefined {
  try {
    return localStorage.getItem(keyOf(name)) ?? undefined;
  } catch (error) {
    // A browser that forbids storage throws a SecurityError: then nothing is remembered.
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

export function writeSetting(name: Setting, value: string): void {
  try {
    localStorage.setItem(keyOf(name), value);
  } catch (error) {
    // Forbidden, or full: it holds until the page is left.
    if (error instanceof DOMException) return;
    throw error;
  }
}

function keyOf(name: Setting): string {
  return `greenvue-console-${name}`;
}
