import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { cpus, totalmem } from 'node:os';
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

const manifestSchema = z.object({ version: z.string() });

/** The version text of a contestant, such as `6.2.6 (pg 8.23.1)`. */
function versionsOf([own, ...drivers]: Contestant['packages']): string {
  const others = drivers.map((name) => `${name} ${versionOf(name)}`);
  return [versionOf(own), ...(others.length > 0 ? [`(${others.join(', ')})`] : [])].join(' ');
}

/** The version of an installed package, also of one that has no main file or does not export its manifest. */
function versionOf(name: string): string {
  const file = findPackageJSON(name, import.meta.url);
  if (file === undefined) throw new Error(`${name} is not installed`);
  return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
