import { readDatabaseIdentity } from '@greenvue/jobs/sqlite';
import { dataFiles } from '../../apps/api/src/data-dir/data-dir.ts';
import { createDatabase } from '../../apps/api/src/db/create-database.ts';
import { noteInstallation } from '../../apps/api/src/installation/open-installation.ts';

/** Creates the `app.db` that belongs to a filled `jobs.db`: the server starts only with both. */
export async function makeAppDatabase(dataDir: string): Promise<void> {
  const files = dataFiles(dataDir);
  const jobs = readDatabaseIdentity(files.jobs);
  if (jobs.kind !== 'filled' || jobs.id === undefined) throw new Error(`${files.jobs} has no id`);
  const { kysely, close } = await createDatabase({ file: files.app });
  await noteInstallation(kysely, { id: jobs.id });
  await close();
}
