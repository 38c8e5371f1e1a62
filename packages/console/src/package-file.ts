import { fileURLToPath } from 'node:url';

/** Undefined in a bundle of CommonJS. */
const BASE: string | undefined = import.meta.url;

/**
 * The folder of the built console: `index.html`, a few other files, and hashed ones in `assets/`. Its path starts
 * at this file, because the build of the package keeps the place of this file and moves others. Throws in a bundle
 * of another program that has no such place.
 */
export function builtConsole(): string {
  if (BASE?.startsWith('file:')) return fileURLToPath(new URL('../dist/', BASE));
  throw new Error(
    'The files of @greenvue/console are not in this bundle. Keep the package out of the bundle, as with --external:@greenvue/console of esbuild, or copy its folder dist and give its path as the option `folder`.',
  );
}
