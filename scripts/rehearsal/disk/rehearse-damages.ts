import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../faults/random.ts';
import { runCli } from '../node.ts';
import type { Damage } from './damage-while-stopped.ts';
import { prepareDiskLoad, startDiskLoad } from './disk-load.ts';
import { startOnDisk } from './disk-server.ts';
import { judgeStart, type StartVerdict } from './judge-start.ts';

const LOAD_MS = 3_000;

/** Kills a server under load, then damages copies of its files, and starts a server on each. */
export async function rehearseDamages({
  damages,
  folder,
  random,
  tell,
}: {
  readonly damages: readonly Damage[];
  readonly folder: string;
  readonly random: Random;
  readonly tell: (damage: Damage, verdict: StartVerdict) => void;
}): Promise<void> {
  const killed = join(folder, 'killed');
  mkdirSync(killed, { mode: 0o700 });
  const server = await startOnDisk(killed);
  const token = await runCli(['token'], { DATA_DIR: killed });
  await prepareDiskLoad(server.url, token);
  const load = startDiskLoad(server.url, token);
  await delay(LOAD_MS);
  await server.kill();
  await load.stop();
  for (const damage of damages) {
    const dataDir = join(folder, 'damaged');
    cpSync(killed, dataDir, { recursive: true });
    damage.apply(dataDir, random);
    tell(damage, await judgeStart(dataDir, { facts: load.facts, token }));
    rmSync(dataDir, { recursive: true });
  }
}
