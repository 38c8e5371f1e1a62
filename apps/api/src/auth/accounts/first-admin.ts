import { StartError } from '../../start/start-error.ts';
import { COMMON_PASSWORD, isCommonPassword } from '../passwords/common-password.ts';
import {
  FIRST_PASSWORD,
  type FirstPasswordDeps,
  requireFirstPasswordChange,
} from '../passwords/first-password.ts';
import type { Users } from './users.ts';

export interface FirstAdminOptions extends FirstPasswordDeps {
  readonly users: Users;
  readonly email: string;
  /** Undefined: a random password, stored as a secret until it is changed at the first sign-in. */
  readonly password: string | undefined;
}

const PASSWORD_BYTES = 18;

/** Creates an admin if there is none. Returns where the generated password is stored, until it is changed. */
export async function ensureFirstAdmin(options: FirstAdminOptions): Promise<string | undefined> {
  const { users, secrets, email } = options;
  if (await users.hasAdmin()) await requireFirstPasswordChange(options);
  else {
    const password = options.password ?? (await secrets.keep(FIRST_PASSWORD, PASSWORD_BYTES)).value;
    const mustChangePassword = options.password === undefined;
    requireUncommon(password);
    await users.makeFirstAdmin({ email, name: 'Admin', password, mustChangePassword });
  }
  return options.password === undefined ? (await secrets.find(FIRST_PASSWORD))?.where : undefined;
}

/** Only the start that uses ADMIN_PASSWORD checks this: the variable of an older installation may stay. */
export function requireUncommon(password: string): void {
  if (isCommonPassword(password)) throw new StartError(`ADMIN_PASSWORD ${COMMON_PASSWORD}.`);
}
