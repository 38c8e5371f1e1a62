import { fileURLToPath } from 'node:url';

/** Undefined in a bundle of CommonJS. */
const BASE: string | undefined = import.meta.url;

/**
 * The folder of the built console: `index.html`, and hashed files in `assets/`. Its path starts at this file,
 * which stays in its place when the package is built. Throws in a bundle of CommonJS.
 */
export function builtConsole(): string {
  if (BASE?.startsWith('file:')) return fileURLToPath(new URL('../dist/', BASE));
  throw new Error(
    'The files of @greenvue/console are not in this bundle. Keep the package out of the bundle, as with --external:@greenvue/console of esbuild, or copy its folder dist and give its path as the option `folder`.',
  );
}
