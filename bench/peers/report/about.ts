import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { megabytes } from '../../support/measure.ts';
import type { Contestant } from '../contestant.ts';
import { CONTESTANTS } from '../contestants.ts';
import type { Servers } from '../processes/servers.ts';
import type { Results } from './results.ts';

/** The conditions of the measurements: versions, commit and machine. */
export function aboutRun(servers: Servers, scale: number): Omit<Results, 'measurements'> {
  const lacking = CONTESTANTS.flatMap(({ name, needs }) => {
    const reason = servers.lacks(needs);
    return reason === undefined ? [] : [[name, reason] as const];
  });
  return {
    startedAt: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    machine: `${cpus().length} x ${cpus()[0]?.model}, ${megabytes(totalmem())}`,
    scale,
    servers: [...servers.about],
    versions: Object.fromEntries(CONTESTANTS.map(({ name, packages }) => [name, versionsOf(packages)])),
    lacking: Object.fromEntries(lacking),
  };
}

function commit(): string {
  const options = { cwd: import.meta.dirname, encoding: 'utf8' } as const;
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], options).trim();
}

const manifestSchema = z.object({ name: z.string(), version: z.string() });

/** The version text of a contestant, such as `6.2.6 (pg 8.23.1)`. */
function versionsOf([own, ...drivers]: Contestant['packages']): string {
  const others = drivers.map((name) => `${name} ${versionOf(name)}`);
  return [versionOf(own), ...(others.length > 0 ? [`(${others.join(', ')})`] : [])].join(' ');
}

/** The version of an installed package. Some packages do not export their manifest. */
function versionOf(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  for (;;) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name === name) return manifest.version;
    if (folder === dirname(folder)) throw new Error(`${name} has no manifest`);
    folder = dirname(folder);
  }
}

function readManifest(file: string): z.infer<typeof manifestSchema> | undefined {
  try {
    return manifestSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    // Most folders have no manifest.
    return undefined;
  }
}
