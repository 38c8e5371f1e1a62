import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { lowerThreadPriority } from '../../../thread-priority.ts';
import { faultCode } from '../sqlite-faults.ts';
import type { Integrity } from './integrity.ts';

lowerThreadPriority();
const { file } = workerData as { readonly file: string };
parentPort?.postMessage(check());

function check(): Integrity {
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    try {
      const found = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
      return found === 'ok'
        ? { kind: 'sound' }
        : { kind: 'damaged', why: String(found).replaceAll(/\s+/g, ' ') };
    } finally {
      db.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: faultCode(error) === 'damaged' ? 'damaged' : 'unknown', why };
  }
}
