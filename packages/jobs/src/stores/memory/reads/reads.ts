import type { StoreReads } from '../../../core/store/store.ts';
import type { MemoryDatabase } from '../memory-database.ts';
import { bulkReads } from '../tables/bulk-commands.ts';
import { auditReads } from './audit-reads.ts';
import { backfillReads } from './backfill-reads.ts';
import { jobReads } from './job-reads.ts';
import type { Read } from './read.ts';
import { runReads } from './run-reads.ts';
import { statReads } from './stat-reads.ts';

export function createReads(db: MemoryDatabase, read: Read): StoreReads {
  return {
    ...auditReads(db, read),
    ...backfillReads(db, read),
    ...bulkReads(db, read),
    ...jobReads(db, read),
    ...runReads(db, read),
    ...statReads(db, read),
  };
}
