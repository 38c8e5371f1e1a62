import type { AuditEntry } from '../store/store-commands.ts';
import type { BulkRecord } from './bulk-command.ts';

/** A bulk command as a store keeps it. */
export interface StoredBulkCommand {
  readonly id: string;
  /** The node that runs it. */
  readonly node: string;
  /** The bounds of the caller who started it: callers with the same bounds see it. Absent: without bounds. */
  readonly scope?: string | undefined;
  readonly record: BulkRecord;
  /** A request to cancel it. */
  readonly cancel?: { readonly at: number; readonly by?: string | undefined };
}

export interface BulkCommandQuery {
  /** Only commands of callers with these bounds. */
  readonly scope?: string | undefined;
  /** Only commands whose record has one of these statuses. */
  readonly statuses?: readonly BulkRecord['status'][] | undefined;
  readonly limit: number;
}

/** The writes of bulk commands (P36, tags and bulk). */
export interface StoreBulk {
  /** Adds a command, removes those beyond the newest 1,000, and returns its id. */
  insertBulkCommand(
    input: Omit<StoredBulkCommand, 'id' | 'cancel'> & { readonly audit: AuditEntry },
  ): Promise<string>;
  /** Saves how far a command is, and tells whether somebody has asked to cancel it. */
  saveBulkCommand(
    input: Pick<StoredBulkCommand, 'id' | 'node' | 'record'>,
  ): Promise<{ readonly isCancelled: boolean }>;
  /** Asks the node of a command to start no more items. */
  cancelBulkCommand(input: {
    readonly id: string;
    readonly by?: string | undefined;
    readonly audit: AuditEntry;
  }): Promise<'asked' | 'over' | 'absent'>;
}

export interface BulkReads {
  getBulkCommand(id: string): Promise<StoredBulkCommand | undefined>;
  /** Newest first. */
  listBulkCommands(query: BulkCommandQuery): Promise<readonly StoredBulkCommand[]>;
}
