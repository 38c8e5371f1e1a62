import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the build has put the console's files: `index.html`, a few others beside it, and hashed ones in `assets/`. */
export const CONSOLE_FOLDER = fileURLToPath(new URL('../dist/', import.meta.url));

/** Under which path the built files expect to be served. */
export const CONSOLE_PATH = '/console';

const NONCE_PLACE = '__STYLE_NONCE__';

/** The page, with a nonce for the styles that it makes by itself; undefined when the console has not been built. */
export async function readConsolePage(folder: string, nonce: string): Promise<string | undefined> {
  try {
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    return page.replaceAll(NONCE_PLACE, nonce);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
