import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertKind } from '@greenvue/jobs';

export interface WrittenAlert {
  readonly file: string;
  readonly text: string;
}

/** A kind of alert channel that writes each alert as a text file, for a server without a mail server. */
export function alertFiles(
  folder: string,
  note: (written: WrittenAlert, about: readonly string[]) => void = () => undefined,
): AlertKind {
  return async ({ id, text, alerts }) => {
    const [first] = alerts;
    const at = new Date(first?.at ?? 0).toISOString().slice(0, 16).replaceAll(':', '-');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${at}-${id}.txt`);
    await writeFile(file, `${text}\n`, { mode: 0o600 });
    note(
      { file, text },
      alerts.map(({ condition, jobId }) => `${condition} ${jobId}`),
    );
  };
}
