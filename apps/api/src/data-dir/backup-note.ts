import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { writeDurably } from './durable-files.ts';

const schema = z.looseObject({ taken_at: z.iso.datetime(), version: z.string() });

/** What a backup says about itself. */
export interface BackupNote {
  /** The backup has everything that was acknowledged before this instant. */
  readonly takenAt: string;
  /** The version of GreenVue that made the backup. */
  readonly version: string;
}

export const backupNoteFile = (folder: string): string => join(folder, 'backup.json');

/** Written last: a backup with this file is complete. */
export function writeBackupNote(folder: string, takenAt: string): void {
  writeDurably(
    backupNoteFile(folder),
    `${JSON.stringify({ taken_at: takenAt, version: packageFile.version })}\n`,
  );
}

/** Undefined for a backup of an earlier version, which has no such file. Throws if it can't be read. */
export function readBackupNote(folder: string): BackupNote | undefined {
  const file = backupNoteFile(folder);
  if (!existsSync(file)) return undefined;
  const { taken_at: takenAt, version } = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { takenAt, version };
}
