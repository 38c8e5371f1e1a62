import { requireUncommon } from '../auth/accounts/first-admin.ts';
import { createPasswordHasher } from '../auth/passwords/passwords.ts';
import type { Config } from '../config/config.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import type { DemoStaff } from './demo-history.ts';
import { DEMO_PASSWORD } from './market-jobs.ts';

const DAYS_MS = 86_400_000;

/**
 * Adds the admin, and two people who have worked in the seeded day. Returns the hash of the demo's password.
 */
export async function addStaff(
  { users, database, clock }: Deps,
  { email, password = DEMO_PASSWORD }: Config['admin'],
): Promise<{ readonly staff: DemoStaff; readonly passwordHash: string }> {
  if (password !== DEMO_PASSWORD) requireUncommon(password);
  await users.makeFirstAdmin({ email, name: 'Admin', password, mustChangePassword: false });
  const passwordHash = await createPasswordHasher().hash(DEMO_PASSWORD);
  const createdAt = clock.now() - 200 * DAYS_MS;
  const person = (name: string, role: 'operator' | 'admin') => ({
    id: newId(),
    email: `${name.split(' ')[0]?.toLowerCase()}@example.com`,
    name,
    role,
    password_hash: passwordHash,
    created_at: createdAt,
    email_confirmed_at: createdAt,
  });
  const operator = person('Mara Lindqvist', 'operator');
  const admin = person('Jonas Weber', 'admin');
  await database.insertInto('users').values([operator, admin]).execute();
  return { staff: { operator: `user:${operator.id}`, admin: `user:${admin.id}` }, passwordHash };
}
