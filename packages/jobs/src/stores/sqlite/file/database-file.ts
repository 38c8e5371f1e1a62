import { randomUUID } from 'node:crypto';
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A database as SQLite opens it, and where it is. */
export interface DatabaseFile {
  /** The name that every connection opens. */
  readonly name: string;
  /** The file itself, behind relative paths, links and URIs; undefined in memory. */
  readonly path: string | undefined;
}

/** Resolves `file`: a path, a `file:` URI, or `:memory:`, which creates a separate database each time. */
export function resolveDatabaseFile(file: string): DatabaseFile {
  if (isInMemory(file)) {
    // Several connections of one process share this one, unlike `:memory:` itself.
    return { name: `file:/greenvue-jobs-${randomUUID()}?vfs=memdb`, path: undefined };
  }
  const isUri = file.startsWith('file:');
  const path = realPath(isUri ? pathOfUri(file) : file);
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

const MAX_LINKS = 40;

/** Also works for a missing file, and for a link to one. */
function realPath(file: string): string {
  let path = resolve(file);
  for (let links = 0; links < MAX_LINKS && isLink(path); links += 1) {
    path = resolve(dirname(path), readlinkSync(path));
  }
  return join(realpathIfAny(dirname(path)), basename(path));
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** SQLite reports a missing folder itself. */
function realpathIfAny(folder: string): string {
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined ? folder : realpathSync(folder);
}
