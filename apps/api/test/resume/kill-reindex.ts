import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ReindexSetup } from './reindex-child.ts';

const CHILD = fileURLToPath(new URL('./reindex-child.ts', import.meta.url));

export interface KilledReindex {
  /** How the run ended, with its result. */
  readonly end: { readonly status: string; readonly recoveries: number; readonly result?: string };
  readonly kills: number;
  /** How many batches began that had begun before, for each kill. */
  readonly repeated: readonly number[];
  readonly batches: number;
}

/**
 * Runs a full reindex, and kills its process with SIGKILL at most `kills` times, each time `afterMs()` after
 * the process has begun its first batch. Then lets it end.
 */
export async function killReindex(
  setup: Omit<ReindexSetup, 'runId'>,
  { kills, afterMs }: { readonly kills: number; readonly afterMs: () => number },
): Promise<KilledReindex> {
  let runId: string | undefined;
  let killed = 0;
  const repeated: number[] = [];
  for (;;) {
    const before = batchesIn(setup.notes);
    const isLast = killed === kills;
    const ended = await runChild({ ...setup, runId }, isLast ? undefined : afterMs());
    runId = ended.runId;
    const after = batchesIn(setup.notes);
    if (killed > 0) repeated.push(repeats(before, after.slice(before.length)));
    if (ended.end !== undefined) return { end: ended.end, kills: killed, repeated, batches: after.length };
    killed += 1;
  }
}

/** The batches of a process that begin where or before an earlier one began. */
function repeats(before: readonly number[], now: readonly number[]): number {
  const last = before.at(-1);
  return last === undefined ? 0 : now.filter((after) => after <= last).length;
}

function batchesIn(notes: string): readonly number[] {
  if (!existsSync(notes)) return [];
  return readFileSync(notes, 'utf8').trim().split('\n').filter(Boolean).map(Number);
}

async function runChild(setup: ReindexSetup, killAfterMs: number | undefined) {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(setup)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const size = sizeOf(setup.notes);
  let killAt = Number.POSITIVE_INFINITY;
  const watch = setInterval(() => {
    if (killAfterMs === undefined) return;
    if (killAt === Number.POSITIVE_INFINITY && sizeOf(setup.notes) > size)
      killAt = performance.now() + killAfterMs;
    if (performance.now() >= killAt) child.kill('SIGKILL');
  }, 1);
  let runId: string | undefined;
  let end: KilledReindex['end'] | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const said: Said = JSON.parse(line);
    if ('ready' in said) runId = said.ready;
    else end = said;
  }
  await exit;
  clearInterval(watch);
  if (runId === undefined) throw new Error('the process of the reindex did not start');
  return { runId, end };
}

type Said = { readonly ready: string } | KilledReindex['end'];

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
