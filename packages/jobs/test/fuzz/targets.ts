/** What can be fuzzed. The module of a target is `targets/NAME.ts`. */
export interface Target {
  readonly name: string;
  readonly about: string;
  /** Its `fuzz` returns a promise. */
  readonly isAsync?: boolean;
}

export const TARGETS: readonly Target[] = [
  { name: 'durations', about: 'durations such as 1h30m' },
  { name: 'cron', about: 'cron expressions and their slots' },
  { name: 'cursors', about: 'the cursors of pages' },
];

/** Calls a target with an input. Throws or rejects if it finds a fault. */
export type Fuzz = (bytes: Uint8Array) => void | Promise<void>;

export function urlOf({ name }: Pick<Target, 'name'>): string {
  return new URL(`targets/${name}.ts`, import.meta.url).href;
}
