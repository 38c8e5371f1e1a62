import type { Declaration } from '../../core/model/declaration.ts';
import type { JsonText } from '../../core/model/run.ts';
import { isRecord } from '../../core/objects.ts';

/** Reads JSON that only a store writes. Throws an error that names the column, as of a database edited by hand. */
export function storedJson(column: string, text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch (cause) {
    throw new Error(`The column ${column} contains invalid JSON: correct the row, or restore a backup.`, {
      cause,
    });
  }
}

/**
 * The names of a column such as `tags`; an empty list if it is damaged. Each pass reads this column of all its jobs,
 * so one damaged row must not stop the other jobs.
 */
export function namesIn(json: unknown): readonly string[] {
  const stored = readable(json);
  return Array.isArray(stored) && stored.every((name) => typeof name === 'string') ? stored : [];
}

/**
 * Where code declares a job; an unknown place if the column is damaged: see {@link namesIn}. Without a place,
 * the next start would refuse the job's declaration.
 */
export function declarationIn(json: JsonText): Declaration {
  const stored = readable(json);
  return isRecord(stored) && typeof stored.place === 'string' && isGone(stored.gone)
    ? (stored as unknown as Declaration)
    : { place: 'unknown' };
}

function isGone(gone: unknown): boolean {
  if (gone === undefined) return true;
  return isRecord(gone) && [gone.at, gone.release, gone.seenAt].every((value) => Number.isFinite(value));
}

function readable(json: unknown): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    return undefined;
  }
}
