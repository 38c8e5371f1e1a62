import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

/** A build of the console, whole, in memory. */
export interface ConsoleFiles {
  /** `index.html`. */
  readonly page: string;
  /** The others, by their path below the folder. */
  readonly files: ReadonlyMap<string, ConsoleFile>;
}

export interface ConsoleFile {
  readonly type: string;
  /** Its name has a hash of its content. */
  readonly isHashed: boolean;
  readonly forms: Readonly<Partial<Record<'br' | 'gzip', FileForm>>> & { readonly identity: FileForm };
}

export interface FileForm {
  readonly content: Buffer<ArrayBuffer>;
  /** A strong validator of this form. */
  readonly etag: string;
}

const PAGE = 'index.html';
const ASSETS = 'assets';
/** A file's path: no other folder, no leading dot, and a suffix. */
const FILE = /^(?:assets\/)?[\w-]+(?:\.[\w-]+)+$/;
const SUFFIXES = { br: '.br', gzip: '.gz' } as const;
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};
const LOOK_EVERY_MS = 1_000;

/**
 * Reads the build in a folder once, and again after a new build. A request checks for a new build, at most
 * once a second; no request opens a file otherwise. Undefined while there is no build.
 */
export function createConsoleFiles(folder: string): () => Promise<ConsoleFiles | undefined> {
  let known: { readonly build: string | undefined; readonly files: ConsoleFiles | undefined } | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  const look = async () => {
    const build = await buildIn(folder);
    if (known === undefined || build !== known.build)
      known = { build, files: build === undefined ? undefined : await readFiles(folder) };
    lookedAt = performance.now();
  };
  return async () => {
    if (performance.now() - lookedAt >= LOOK_EVERY_MS) {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      await looking;
    }
    return known?.files;
  };
}

/** Names the build in a folder, if there is one. A new build replaces the old one in one step. */
async function buildIn(folder: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs, size } = await stat(join(folder, PAGE));
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readFiles(folder: string): Promise<ConsoleFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = new Map<string, Buffer<ArrayBuffer>>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(join(folder, '/').length).replaceAll('\\', '/');
    if (entry.isFile() && FILE.test(name)) contents.set(name, await readFile(path));
  }
  const files = new Map<string, ConsoleFile>();
  for (const [name, content] of contents) {
    const type = TYPES[extname(name)];
    if (type === undefined || name === PAGE) continue;
    const gzip = contents.get(name + SUFFIXES.gzip);
    const br = contents.get(name + SUFFIXES.br);
    const forms = {
      identity: formOf(content),
      ...(gzip === undefined ? {} : { gzip: formOf(gzip) }),
      ...(br === undefined ? {} : { br: formOf(br) }),
    };
    files.set(name, { type, isHashed: dirname(name) === ASSETS, forms });
  }
  return { page: contents.get(PAGE)?.toString() ?? '', files };
}

function formOf(content: Buffer<ArrayBuffer>): FileForm {
  return { content, etag: `"${createHash('sha256').update(content).digest('base64url')}"` };
}
