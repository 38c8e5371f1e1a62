import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dataFiles } from '../data-dir/data-dir.ts';
import { StartError } from '../start/start-error.ts';

const notes = z.object({
  /** When the seeded day ended (ms since 1970): what partners of the shop do depends on it. */
  until: z.int(),
  /** The alert of the incident. */
  alert: z.object({ file: z.string(), text: z.string() }),
});
export type DemoNotes = z.output<typeof notes>;

const notesFile = (dataDir: string): string => join(dataDir, 'demo.json');

/** What an earlier start of the demo noted in a folder; undefined: the folder is new. */
export function readNotes(dataDir: string): DemoNotes | undefined {
  const file = notesFile(dataDir);
  if (existsSync(file)) return notes.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { app, jobs } = dataFiles(dataDir);
  if (![app, jobs].some((path) => existsSync(path))) return undefined;
  throw new StartError(
    `DATA_DIR ${dataDir} already has data that is not the demo's, or of a demo that was broken off: remove the folder, or set DATA_DIR to another one.`,
  );
}

export function writeNotes(dataDir: string, noted: DemoNotes): void {
  writeFileSync(notesFile(dataDir), JSON.stringify(noted), { mode: 0o600 });
}
