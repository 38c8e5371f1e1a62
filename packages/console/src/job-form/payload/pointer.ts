/** Steps into a JSON value: names of objects, places of lists. */
export type Path = readonly (string | number)[];

/** A path as a JSON pointer. */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Whether a pointer is `outer` itself or leads to something inside of it. */
export function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}

/** The element id of the field for a pointer: no blanks, so that it can stand in a list of ids. */
export function fieldId(pointer: string): string {
  return `field-${encodeURIComponent(pointer.toWellFormed())}`;
}
