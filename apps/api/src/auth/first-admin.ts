import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keepSecret } from './secrets.ts';
import type { Users } from './users.ts';

export interface FirstAdminOptions {
  readonly users: Users;
  readonly dataDir: string;
  readonly email: string;
  /** Unset: a random one, kept in `DATA_DIR/admin-password`. */
  readonly password: string | undefined;
}

const FILE = 'admin-password';
const PASSWORD_BYTES = 18;

/** Sees to it that there is an admin, and gives the path of the file with the password of the one that it once made. */
export async function ensureFirstAdmin(options: FirstAdminOptions): Promise<string | undefined> {
  const { users, dataDir, email } = options;
  if (!(await users.hasAdmin())) {
    const password = options.password ?? keepSecret(dataDir, FILE, PASSWORD_BYTES).value;
    await users.makeFirstAdmin({ email, name: 'Admin', password });
  }
  const path = join(dataDir, FILE);
  return options.password === undefined && existsSync(path) ? path : undefined;
}
