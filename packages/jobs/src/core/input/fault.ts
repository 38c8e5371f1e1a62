/** What is wrong with an input: where (a JSON pointer such as `/interval`), and what would be right. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** One for all inputs that have none. */
export const NO_FAULTS: readonly Fault[] = [];

/** Limits the error for an input with thousands of faults. */
export const MOST_FAULTS = 20;

/** Faults as text: `interval: must be …; backoff.max: must be …`. */
export function faultsText(faults: readonly Fault[]): string {
  return faults
    .map(({ pointer, detail }) => (pointer === '' ? detail : `${pathText(pointer)}: ${detail}`))
    .join('; ');
}

/** The path of a pointer as code writes it: `/backoff/max` is `backoff.max`. */
function pathText(pointer: string): string {
  const [, ...steps] = pointer.split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
}
