import type { Application } from '@stricli/core';
import type { CliContext } from '../context.ts';

/**
 * The same record without a prototype. Stricli looks for names with `in`, which would take `greenvue
 * constructor` for a command.
 */
export function bare<T extends object>(record: T): T {
  return Object.assign(Object.create(null), record);
}

type Target = Application<CliContext>['root'];

/** Takes the prototype of the flags of every command as well, so that `--constructor` is no flag of any. */
export function bareFlags(target: Target): Target {
  if ('getAllEntries' in target) for (const entry of target.getAllEntries()) bareFlags(entry.target);
  else if (target.parameters.flags !== undefined) Object.setPrototypeOf(target.parameters.flags, null);
  return target;
}
