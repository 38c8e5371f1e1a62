import { randomUUID } from 'node:crypto';
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../../../core/model/errors.ts';

/** A database as SQLite opens it, and where it is. */
export interface DatabaseFile {
  /** The name that every connection opens. */
  readonly name: string;
  /** The file itself, behind relative paths, links and URIs; undefined in memory. */
  readonly path: string | undefined;
}

/**
 * Resolves `file`: a path, a `file:` URI, or `:memory:`, which creates a separate database each time. Throws
 * a `StoreError` if no file can be there.
 */
export function resolveDatabaseFile(file: string): DatabaseFile {
  if (isInMemory(file)) {
    // Several connections of one process share this one, unlike `:memory:` itself.
    return { name: `file:/greenvue-jobs-${randomUUID()}?vfs=memdb`, path: undefined };
  }
  const isUri = file.startsWith('file:');
  const path = usablePath(isUri ? pathOfUri(file) : file);
  // An absolute path: a replaced thread must open the same file after a change of the working directory or
  // links.
  return { name: isUri ? pathToFileURL(path).href + queryOfUri(file) : path, path };
}

function isInMemory(file: string): boolean {
  return (
    file === ':memory:' || /^file:(?::memory:|[^?]*\?(?:.*&)?(?:mode=memory|vfs=memdb))(?:[?&#]|$)/.test(file)
  );
}

/** As https://sqlite.org/uri.html reads it; SQLite leaves a `%` without two hexadecimal digits as it is. */
function pathOfUri(uri: string): string {
  const withoutQuery = uri.slice('file:'.length).replace(/[?#].*$/s, '');
  const path = withoutQuery.replace(/^\/\/(?:localhost)?(?=\/)/, '');
  return path.replace(/(?:%[\da-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}

function queryOfUri(uri: string): string {
  return /^[^?#]*(\?[^#]*)/.exec(uri)?.[1] ?? '';
}

function usablePath(file: string): string {
  const refuse = (why: string, cause?: unknown) =>
    new StoreError('unavailable', `The job database ${resolve(file)} can't be opened: ${why}.`, { cause });
  let path: string;
  try {
    path = realPath(file);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined)
    throw refuse(`the folder ${folder} does not exist. Create it first`);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw refuse(`it is a folder. Name a file in it, such as ${join(path, 'jobs.db')}`);
  return path;
}

const MAX_LINKS = 40;

/** Also works for a missing file, and for a link to one. Follows `..` behind a link as the system does. */
function realPath(file: string): string {
  let path = below(process.cwd(), file);
  for (let links = 0; ; links += 1) {
    path = join(realpathIfAny(dirname(path)), basename(path));
    if (links === MAX_LINKS || !isLink(path)) return path;
    path = below(dirname(path), readlinkSync(path));
  }
}

/** Unlike `resolve`, leaves `..` as it is: behind a link, it is not the folder before it in the text. */
function below(folder: string, path: string): string {
  return isAbsolute(path) ? path : `${folder}/${path}`;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function realpathIfAny(folder: string): string {
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined ? folder : realpathSync.native(folder);
}
