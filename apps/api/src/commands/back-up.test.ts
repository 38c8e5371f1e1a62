import { expect, test } from 'vitest';
import { testConfig } from '../test-app.ts';
import { backUp } from './back-up.ts';

test('PostgreSQL is backed up with its own tool, without the password among the arguments', async () => {
  const config = await testConfig({
    DATABASE_URL: 'postgres://ann:hunter2@db.example.com/shop?sslmode=require',
  });
  await expect(backUp(config, [])).rejects.toThrow(
    /Put the password in PGPASSWORD or ~\/\.pgpass, and run: pg_dump "postgres:\/\/ann@db\.example\.com\/shop\?sslmode=require" > greenvue\.sql$/,
  );
});
