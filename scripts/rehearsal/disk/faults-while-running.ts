import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCli, seconds, until } from '../node.ts';
import { type CallFault, createCallFaults } from './call-faults.ts';
import { prepareDiskLoad, startDiskLoad } from './disk-load.ts';
import { type DiskServer, startOnDisk } from './disk-server.ts';
import { judgeStart, type StartVerdict } from './judge-start.ts';

/** What happens to the disk of a running server. */
export type RunningFault =
  | { readonly title: string; readonly calls: CallFault; readonly percent: number }
  | { readonly title: string; readonly change: (dataDir: string) => void };

export interface RunningVerdict extends StartVerdict {
  /** Facts that were told. */
  readonly told: number;
  /** Calls of the process that failed. */
  readonly failedCalls: number;
  readonly refusals: ReadonlyMap<string, number>;
  /** The line of a server that ended; undefined: it ran on. */
  readonly ended: string | undefined;
  /** Until the first acknowledged write after the fault; undefined: the server had ended. */
  readonly recovery: string | undefined;
}

const HEALTHY_MS = 1_000;
const RECOVERY_MS = 30_000;
const NEVER = 'never';

const calls = (fault: CallFault, percent: number): RunningFault => ({
  title: `${fault}, ${percent} % of the calls`,
  calls: fault,
  percent,
});

const change = (title: string, how: (dataDir: string) => void): RunningFault => ({ title, change: how });

const replace = (name: string) => (dataDir: string) => {
  copyFileSync(join(dataDir, name), join(dataDir, 'copy'));
  renameSync(join(dataDir, 'copy'), join(dataDir, name));
};
const remove = (name: string) => (dataDir: string) => rmSync(join(dataDir, name));

export const RUNNING_FAULTS: readonly RunningFault[] = [
  calls('disk full', 100),
  calls('disk full', 20),
  calls('write error', 100),
  calls('write error', 20),
  calls('torn write', 100),
  calls('torn write', 20),
  calls('sync error', 100),
  calls('sync error', 20),
  calls('read error', 100),
  calls('read error', 20),
  calls('read-only', 100),
  change('jobs.db removed', remove('jobs.db')),
  change('app.db removed', remove('app.db')),
  change('jobs.db replaced by a copy', replace('jobs.db')),
  change('app.db replaced by a copy', replace('app.db')),
  change('jobs.db-wal removed', remove('jobs.db-wal')),
  change('app.db-wal removed', remove('app.db-wal')),
];

export interface RunningRehearsal {
  /** The environment of the layer. */
  readonly layer: Readonly<Record<string, string>>;
  /** A new folder. */
  readonly folder: string;
  readonly faultMs: number;
}

/** A server under load whose disk fails for a while; then a kill, and a start on the same files. */
export async function rehearseRunningFault(
  fault: RunningFault,
  { layer, folder, faultMs }: RunningRehearsal,
): Promise<RunningVerdict> {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const faults = createCallFaults({ folder: dataDir, file: join(folder, 'faults') });
  const server = await startOnDisk(dataDir, { ...layer, ...faults.env });
  try {
    const token = await runCli(['token'], { DATA_DIR: dataDir });
    await prepareDiskLoad(server.url, token);
    const load = startDiskLoad(server.url, token);
    await delay(HEALTHY_MS);
    if ('calls' in fault) faults.start(fault.calls, fault.percent);
    else fault.change(dataDir);
    await Promise.race([delay(faultMs), ended(server)]);
    faults.stop();
    const recovery = 'calls' in fault ? await recovered(server, load.facts) : undefined;
    await load.stop();
    const line = server.exitCode() === undefined ? undefined : (await server.lines()).join(' | ');
    await server.kill();
    const verdict = await judgeStart(dataDir, { facts: load.facts, token });
    return {
      ...verdict,
      told: load.facts.length,
      failedCalls: faults.count(),
      refusals: load.refusals,
      ended: line,
      recovery,
      faults: [
        ...verdict.faults,
        ...wrongAnswers(load.refusals),
        ...unclearEnd(fault, line),
        ...(recovery === NEVER ? ['writes never worked again'] : []),
      ],
    };
  } finally {
    faults.close();
    await server.kill();
  }
}

async function ended(server: DiskServer): Promise<void> {
  await until('the server ends', Number.POSITIVE_INFINITY, async () =>
    server.exitCode() === undefined ? undefined : true,
  );
}

/** Waits until each kind of write is acknowledged again. */
async function recovered(
  server: DiskServer,
  facts: readonly { readonly kind: string }[],
): Promise<string | undefined> {
  const begun = performance.now();
  const before = facts.length;
  const isBack = async () => {
    const kinds = new Set(facts.slice(before).map(({ kind }) => kind));
    return server.exitCode() !== undefined || (kinds.has('run') && kinds.has('mail')) ? true : undefined;
  };
  const isInTime = await until('writes are acknowledged again', RECOVERY_MS, isBack).catch(() => false);
  if (!isInTime) return NEVER;
  return server.exitCode() === undefined ? seconds(performance.now() - begun) : undefined;
}

/** Refusals that are no clear 503 with advice. A connection may break when the process ends. */
function wrongAnswers(refusals: ReadonlyMap<string, number>): readonly string[] {
  return (
    [...refusals]
      .filter(([refusal]) => refusal !== 'no answer' && !refusal.startsWith('503: '))
      // An edit of a job whose creation failed, or was not answered.
      .filter(([refusal]) => !refusal.startsWith('404') && !refusal.startsWith('409'))
      .map(([refusal, count]) => `${count} answers ${refusal}`)
  );
}

function unclearEnd(fault: RunningFault, line: string | undefined): readonly string[] {
  if (line === undefined) return 'change' in fault ? ['the server ran on with a lost file'] : [];
  return /put the files back|restore/i.test(line) ? [] : [`the server ended with: ${line}`];
}
