import { fileURLToPath } from 'node:url';

/** The folder of the built console: `index.html`, a few other files, and hashed ones in `assets/`. */
export const CONSOLE_FOLDER = fileURLToPath(new URL('../dist/', import.meta.url));

/** The path under which the built files expect to be served. */
export const CONSOLE_PATH = '/console';

const NONCE_PLACE = '__STYLE_NONCE__';

/** The page: the built `index.html` with a nonce for the styles that it creates at run time. */
export function consolePage(built: string, nonce: string): string {
  return built.replaceAll(NONCE_PLACE, nonce);
}
