import { sqlite } from '@greenvue/jobs/sqlite';
import { createDatabase } from '../db/create-database.ts';
import { type Installation, noteInstallation } from './open-installation.ts';

export interface DatabaseFiles {
  readonly app: string;
  readonly jobs: string;
}

/** Applies missing migrations to both databases, as a start of the server does. */
export async function bringUpToDate(
  { app, jobs }: DatabaseFiles,
  installation: Pick<Installation, 'id' | 'isNew'>,
): Promise<void> {
  const database = await createDatabase({ file: app, isolation: 'inline' });
  try {
    if (installation.isNew) await noteInstallation(database.kysely, installation);
    const store = sqlite(jobs, { databaseId: installation.id });
    await store.open();
    await store.close();
    await noteInstallation(database.kysely, installation);
  } finally {
    await database.close();
  }
}
