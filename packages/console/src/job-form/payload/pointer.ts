/** The steps into a JSON value: keys and indexes. */
export type Path = readonly (string | number)[];

/** A path as a JSON pointer. */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The steps of a JSON pointer. */
export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Whether a pointer is `outer` itself or leads inside it. */
export function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}

/** The element id of a pointer's field; without blanks, so that it can be in a list of ids. */
export function fieldId(pointer: string): string {
  return `field-${encodeURIComponent(pointer.toWellFormed())}`;
}
