import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Undefined in a bundle of CommonJS. */
const BASE: string | undefined = import.meta.url;

/** The folder of this file, as stacks name it. */
const FOLDERS: readonly string[] =
  BASE !== undefined && /^file:.*\/package-file\.(?:js|ts)$/.test(BASE)
    ? [new URL('.', BASE).href, fileURLToPath(new URL('.', BASE))]
    : [];

/**
 * A file that a thread runs: its path in this package without an extension, such as
 * `stores/sqlite/threads/writer-thread`. Throws as {@link packageFile} does.
 */
export function threadFile(path: string): URL {
  // Sources and build differ only in the extension.
  return packageFile(`${path}.${BASE?.endsWith('.ts') ? 'ts' : 'js'}`);
}

/**
 * A file of this package by its path. All paths start at this file, because the build keeps its place and
 * moves others. Throws when the file is not there, as in a bundle of another program.
 */
export function packageFile(path: string): URL {
  const file = BASE?.startsWith('file:') ? new URL(`./${path}`, BASE) : undefined;
  if (file !== undefined && existsSync(file)) return file;
  const what = file === undefined ? `${path} of @greenvue/jobs` : fileURLToPath(file);
  throw new Error(
    `${what} does not exist, as a rule because a bundler left it out. Keep the package out of the bundle, as with esbuild's --external:@greenvue/jobs --external:@greenvue/jobs/* or Next.js's serverExternalPackages, and deploy node_modules beside the bundle.`,
  );
}

/**
 * Whether a frame of a stack is of this package. Never in a bundle of another program, where the files of
 * both are one.
 */
export function isFrameOfPackage(frame: string): boolean {
  return FOLDERS.some((folder) => frame.includes(folder));
}
