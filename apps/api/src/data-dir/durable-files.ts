import { closeSync, fsyncSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file atomically and durably. */
export function writeDurably(file: string, text: string): void {
  const part = `${file}.part`;
  writeFileSync(part, text, { mode: 0o600, flush: true });
  renameSync(part, file);
  syncFolder(dirname(file));
}

/** Makes the names in a folder durable, after files were created, renamed or removed in it. */
export function syncFolder(folder: string): void {
  // Windows can't open folders.
  if (process.platform !== 'win32') syncFile(folder, 'r');
}

/** Makes the content of a file durable. */
export function syncFile(file: string, flags = 'r+'): void {
  const opened = openSync(file, flags);
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Changes when another file takes the place of the file; undefined if there is none, or it can't be read. */
export function fileIdentity(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}
