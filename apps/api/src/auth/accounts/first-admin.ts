import {
  FIRST_PASSWORD,
  type FirstPasswordDeps,
  requireFirstPasswordChange,
} from '../passwords/first-password.ts';
import type { Users } from './users.ts';

export interface FirstAdminOptions extends FirstPasswordDeps {
  readonly users: Users;
  readonly email: string;
  /** Unset: a random one, kept among the secrets until its first sign-in changes it. */
  readonly password: string | undefined;
}

const PASSWORD_BYTES = 18;

/** Makes an admin where there is none, and says where the password is kept that is still to be changed. */
export async function ensureFirstAdmin(options: FirstAdminOptions): Promise<string | undefined> {
  const { users, secrets, email } = options;
  if (await users.hasAdmin()) await requireFirstPasswordChange(options);
  else {
    const password = options.password ?? (await secrets.keep(FIRST_PASSWORD, PASSWORD_BYTES)).value;
    const mustChangePassword = options.password === undefined;
    await users.makeFirstAdmin({ email, name: 'Admin', password, mustChangePassword });
  }
  return options.password === undefined ? (await secrets.find(FIRST_PASSWORD))?.where : undefined;
}
