import { fileURLToPath } from 'node:url';

/** The committed inputs: a folder for each target. */
export const CORPUS = fileURLToPath(new URL('corpus/', import.meta.url));
/** The inputs that have shown a fault. */
export const FINDINGS = fileURLToPath(new URL('findings/', import.meta.url));

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
  { name: 'time-zones', about: 'time zones, their changes of the clock, and timestamps' },
  { name: 'rrule', about: 'recurrence rules and their slots' },
  { name: 'cursors', about: 'the cursors of pages' },
  { name: 'bodies', about: 'JSON bodies of jobs, in a real API', isAsync: true },
  { name: 'yaml', about: 'files of jobs for `greenvue jobs apply`' },
  { name: 'config', about: 'environment variables' },
  { name: 'thread-messages', about: 'messages of job threads, and their calls', isAsync: true },
  { name: 'rows', about: 'rows of the database, with damaged columns' },
];

/** Calls a target with an input. Throws or rejects if it finds a fault. */
export type Fuzz = (bytes: Uint8Array) => void | Promise<void>;

export function urlOf({ name }: Pick<Target, 'name'>): string {
  return new URL(`targets/${name}.ts`, import.meta.url).href;
}
