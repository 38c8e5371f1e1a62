import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The file that a thread runs, beside the module with the URL `from`: only the extension differs between the
 * sources and the build. Throws when it is not there, as in a bundle, which knows nothing of threads.
 */
export function threadFile(name: string, from: string | undefined): URL {
  const file = from?.startsWith('file:')
    ? new URL(`./${name}.${from.endsWith('.ts') ? 'ts' : 'js'}`, from)
    : undefined;
  if (file !== undefined && existsSync(file)) return file;
  const what = file === undefined ? `${name}.js of @greenvue/jobs` : fileURLToPath(file);
  throw new Error(
    `${what} does not exist, as a rule because a bundler left it out. Keep the package out of the bundle, as with esbuild's --external:@greenvue/jobs --external:@greenvue/jobs/*, and deploy node_modules beside the bundle.`,
  );
}
