import { lowerThreadPriority } from '../../../thread-priority.ts';
import { openForWriting } from '../database.ts';
import { noteOpened } from '../file/info.ts';
import { migrate } from '../migrate.ts';
import { serve } from './thread-service.ts';
import { WriterService } from './writer-service.ts';

lowerThreadPriority();
serve(({ file, databaseId, limits }) => {
  const db = openForWriting(file);
  const isNew = migrate(db) === 'new';
  const { endedUncleanly } = noteOpened(db, databaseId);
  return new WriterService(db, { endedUncleanly: endedUncleanly && !isNew }, limits);
});
