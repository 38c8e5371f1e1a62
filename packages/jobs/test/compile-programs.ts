import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Below the packages that programs import, and not among the sources, which other tests read meanwhile. */
const PARENT = join(ROOT, 'node_modules', '.cache');
/** A client of Prisma, which programs import as `./generated/prisma/client.ts`. */
const GENERATED = join(ROOT, 'apps', 'api', 'test', 'fixtures', 'generated');

/** What the compiler says, one fault in each line, about programs by the names of their files. */
export function compilePrograms(
  programs: ReadonlyMap<string, string>,
  options: Readonly<Record<string, boolean>> = {},
): string {
  mkdirSync(PARENT, { recursive: true });
  const folder = mkdtempSync(join(PARENT, 'programs-'));
  try {
    symlinkSync(GENERATED, join(folder, 'generated'));
    for (const [name, text] of programs) writeFileSync(join(folder, name), text);
    const config = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { noEmit: true, types: ['node'], ...options },
      include: ['*.ts'],
      exclude: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    return spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', folder], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
