import pg from 'pg';
import type { Cluster } from '../cluster.ts';

/** Runs `use` on a superuser's connection that no node uses, and closes it. */
export async function withAdminClient(
  cluster: Cluster,
  use: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.adminUrl, application_name: 'chaos-person' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
