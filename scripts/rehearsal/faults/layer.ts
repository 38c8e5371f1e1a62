import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type LayerName = 'record-writes' | 'fail-calls';

/**
 * Compiles a layer between Node.js and the C library, and returns the environment that loads it. Throws an
 * error that says what to install where this is not possible.
 */
export function compileLayer(name: LayerName, folder: string): { readonly LD_PRELOAD: string } {
  if (process.platform !== 'linux')
    throw new Error(
      `This rehearsal needs Linux with glibc (LD_PRELOAD); this is ${process.platform}. Run it in a container such as node:24 with gcc.`,
    );
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url));
  const library = join(folder, `${name}.so`);
  const compiler = process.env.CC ?? 'cc';
  try {
    execFileSync(compiler, ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl', '-lpthread'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new Error(
        `The C compiler ${compiler} is not installed here, so nothing was tested (Debian: apt-get install gcc libc6-dev).`,
      );
    throw new Error(`${compiler} can't compile ${source}. Install gcc and the headers of glibc.`, { cause });
  }
  return { LD_PRELOAD: library };
}

/** Whether {@link compileLayer} can work here. */
export function canCompileLayers(): boolean {
  return process.platform === 'linux' && spawnSync(process.env.CC ?? 'cc', ['--version']).status === 0;
}
