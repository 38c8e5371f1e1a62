import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A path longer than this is cut at its beginning. */
const MOST_CHARACTERS = 300;
const UNKNOWN = 'the code of the program';

/**
 * Where a function was called, such as `src/jobs.ts:12`: below the working directory, if the file is there.
 */
export function placeOfCaller(called: (...args: never[]) => unknown): string {
  const at: { stack?: string } = {};
  Error.captureStackTrace(at, called);
  // `at file:///app/jobs.js:12:5`, or `at makeJobs (/app/jobs.js:12:5)`
  const [, file, line] = /^ +at (?:.*\()?(.+):(\d+):\d+\)?$/m.exec(at.stack ?? '') ?? [];
  if (file === undefined) return UNKNOWN;
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const fromHere = relative(process.cwd(), path);
  return `${fromHere.startsWith('..') ? path : fromHere}:${line}`.slice(-MOST_CHARACTERS);
}
