import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TYPES } from './load.ts';

/** A version of the program: which file starts a node, and which job types it has. */
export interface Build {
  readonly name: string;
  readonly program: string;
  readonly types: readonly string[];
}

const root = fileURLToPath(new URL('../../../..', import.meta.url));

export const THIS_BUILD: Build = {
  name: 'this',
  program: fileURLToPath(new URL('./node-child.ts', import.meta.url)),
  types: TYPES,
};

/** The same build without the job type `seasonal`. */
export function withoutSeasonal(build: Build): Build {
  return { ...build, name: `${build.name}, a type fewer`, types: ['steady'] };
}

/** A later version: a copy of the sources whose store has `migrations` more additive migrations. */
export function laterBuild(folder: string, migrations: number): Build {
  const name = `this + ${migrations} migrations`;
  const base = join(folder, `build-${migrations}`);
  const jobs = join(base, 'packages', 'jobs');
  const postgres = join('src', 'stores', 'postgres');
  mkdirSync(jobs, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(base, 'node_modules'));
  for (const part of ['package.json', 'src', join('test', 'chaos'), join('test', 'silent-logger.ts')])
    cpSync(join(root, 'packages', 'jobs', part), join(jobs, part), { recursive: true });
  const names = Array.from({ length: migrations }, (_, n) => `chaos-${n + 1}.sql`);
  for (const [n, file] of names.entries())
    writeFileSync(join(jobs, postgres, 'migrations', file), ADDITIVE.replaceAll('$n', String(n + 1)));
  const migrate = join(jobs, postgres, 'migrate.ts');
  const source = readFileSync(migrate, 'utf8');
  const changed = source.replace(LIST, (_, known: string) =>
    ['const MIGRATIONS = [', known, ...names.map((file) => `, '${file}'`), '] as const'].join(''),
  );
  if (changed === source) throw new Error('The source no longer contains the list of migrations.');
  writeFileSync(migrate, changed);
  return { ...THIS_BUILD, name, program: join(jobs, 'test', 'chaos', 'node-child.ts') };
}

const LIST = /const MIGRATIONS = \[([^\]]*?),?\s*\] as const/;
/**
 * Two changes that the earlier version can work with: a new column of a table that it uses, and a new table.
 */
const ADDITIVE = `ALTER TABLE greenvue_jobs.jobs ADD COLUMN chaos_$n text;
CREATE TABLE greenvue_jobs.chaos_$n (job_uid bigint PRIMARY KEY, note text NOT NULL);
`;
