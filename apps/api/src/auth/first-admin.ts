import type { SecretStore } from './secrets.ts';
import type { Users } from './users.ts';

export interface FirstAdminOptions {
  readonly users: Users;
  readonly secrets: SecretStore;
  readonly email: string;
  /** Unset: a random one, kept among the secrets. */
  readonly password: string | undefined;
}

const NAME = 'admin-password';
const PASSWORD_BYTES = 18;

/** Sees to it that there is an admin, and says where the password is kept of the one that it once made. */
export async function ensureFirstAdmin(options: FirstAdminOptions): Promise<string | undefined> {
  const { users, secrets, email } = options;
  if (!(await users.hasAdmin())) {
    const password = options.password ?? (await secrets.keep(NAME, PASSWORD_BYTES)).value;
    const mustChangePassword = false;
    await users.makeFirstAdmin({ email, name: 'Admin', password, mustChangePassword });
  }
  return options.password === undefined ? (await secrets.find(NAME))?.where : undefined;
}
