import type { Application } from '@stricli/core';
import type { CliContext } from '../context.ts';

/**
 * Removes the prototype of a record. Stricli looks up names with `in`, which would accept `jobs
 * constructor` as a command.
 */
export function bare<T extends object>(record: T): T {
  return Object.assign(Object.create(null), record);
}

type Target = Application<CliContext>['root'];

/** Removes the prototype of the flags of every command, so that `--constructor` is not a flag. */
export function bareFlags(target: Target): Target {
  if ('getAllEntries' in target) for (const entry of target.getAllEntries()) bareFlags(entry.target);
  else if (target.parameters.flags !== undefined) Object.setPrototypeOf(target.parameters.flags, null);
  return target;
}
