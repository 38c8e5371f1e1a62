import { fileURLToPath } from 'node:url';

/**
 * Where the build has put the console's files: `index.html`, a few others beside it, and hashed ones in
 * `assets/`.
 */
export const CONSOLE_FOLDER = fileURLToPath(new URL('../dist/', import.meta.url));

/** Under which path the built files expect to be served. */
export const CONSOLE_PATH = '/console';

const NONCE_PLACE = '__STYLE_NONCE__';

/** The page, `index.html` as it was built, with a nonce for the styles that it makes by itself. */
export function consolePage(built: string, nonce: string): string {
  return built.replaceAll(NONCE_PLACE, nonce);
}
