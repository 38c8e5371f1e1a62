import { join } from 'node:path';
import { violations } from '../../../packages/jobs/test/process/invariants.ts';
import { getRun, type RunSeen, trigger, until } from '../node.ts';
import type { DiskFact } from './disk-load.ts';
import { startOnDisk } from './disk-server.ts';
import { lostFacts } from './lost-facts.ts';

export interface StartVerdict {
  /** What the refused start printed; undefined: it started. */
  readonly refusal: string | undefined;
  readonly lost: readonly DiskFact[];
  /** Broken rules: a refusal that says not what to do, rows that contradict each other, a run that does not end. */
  readonly faults: readonly string[];
}

const RUN_MS = 30_000;

/** Starts a server on the data folder of a dead one, and compares it with what was acknowledged. */
export async function judgeStart(
  dataDir: string,
  { facts, token }: { readonly facts: readonly DiskFact[]; readonly token: string },
): Promise<StartVerdict> {
  const server = await startOnDisk(dataDir);
  try {
    if (server.exitCode() !== undefined) return refused(await server.lines());
    const lost = lostFacts(dataDir, facts);
    const faults: string[] = [];
    const run = await trigger(server.url, token, 'by-hand').catch((error) => void faults.push(String(error)));
    if (run !== undefined) faults.push(...(await unfinished(server.url, token, run)));
    await server.kill();
    return { refusal: undefined, lost, faults: [...faults, ...violations(join(dataDir, 'jobs.db'))] };
  } finally {
    await server.kill();
  }
}

function refused(lines: readonly string[]): StartVerdict {
  const refusal = lines.join(' | ');
  const isClear = lines.length === 1 && /restore|put the files? back/i.test(refusal);
  return { refusal, lost: [], faults: isClear ? [] : [`the refusal is not one line that helps: ${refusal}`] };
}

async function unfinished(url: string, token: string, { id }: RunSeen): Promise<readonly string[]> {
  try {
    await until(`run ${id} ends`, RUN_MS, async () =>
      (await getRun(url, token, id)).status === 'succeeded' ? true : undefined,
    );
    return [];
  } catch (error) {
    return [String(error)];
  }
}
