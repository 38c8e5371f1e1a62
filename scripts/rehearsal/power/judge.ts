import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { createEngine } from '../../../packages/jobs/src/engine/engine.ts';
import { StoreError } from '../../../packages/jobs/src/index.ts';
import { createSqliteStore } from '../../../packages/jobs/src/stores/sqlite/store.ts';
import { createSystemClock } from '../../../packages/jobs/src/system-clock.ts';
import { violations } from '../../../packages/jobs/test/process/invariants.ts';
import { silentLogger } from '../../../packages/jobs/test/silent-logger.ts';
import type { Fact } from './facts.ts';
import { busy, resumable } from './types.ts';

export interface Verdict {
  /** The message of the error, if the disk was refused. */
  readonly refused: string | undefined;
  readonly faults: readonly string[];
}

/** How long none of the runs may end. A slow machine needs minutes for all of them. */
const SETTLE_MS = 60_000;

/** Starts an engine on a disk at the time of the crash, and compares the disk with what was told before. */
export async function judgeDisk(folder: string, at: number, facts: readonly Fact[]): Promise<Verdict> {
  const file = join(folder, 'jobs.db');
  const system = createSystemClock();
  const offset = Date.now() - Math.ceil(at);
  const clock = { ...system, now: () => Date.now() - offset };
  const resumedFrom = new Map<string, number>();
  const engine = createEngine({
    store: createSqliteStore({ file, clock }),
    jobTypes: [
      busy,
      resumable(
        () => undefined,
        (id, from) => resumedFrom.has(id) || resumedFrom.set(id, from),
      ),
    ],
    deps: {},
    clock,
    logger: silentLogger,
    minIntervalMs: 10,
    retention: { finishedPerJob: 1e9, skippedPerJob: 1e9 },
  });
  try {
    await engine.start();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { refused: `${error.code}: ${error.message}`, faults: [] };
  }
  const faults = lostFacts(file, facts);
  await engine.putJob({ id: 'probe', name: 'Probe', type: 'busy', onDemand: true });
  const { run } = await engine.trigger('probe');
  const waiting = [run.id, ...facts.filter(({ kind }) => kind === 'run').map(({ id }) => id)];
  const left = await unsettled(file, waiting);
  if (left.length > 0) faults.push(`runs do not settle: ${left.slice(0, 5).join(', ')}`);
  for (const fact of facts)
    if (fact.kind === 'checkpoint' && (resumedFrom.get(fact.id) ?? fact.at) < fact.at)
      faults.push(`run ${fact.id} resumed before its checkpoint ${fact.at}`);
  await engine.stop();
  return { refused: undefined, faults: [...faults, ...violations(file)] };
}

function lostFacts(file: string, facts: readonly Fact[]): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const runs = new Set(
      db
        .prepare('SELECT id FROM runs UNION ALL SELECT id FROM live_runs')
        .all()
        .map(({ id }) => String(id)),
    );
    const ended = new Set(
      db
        .prepare('SELECT id FROM runs')
        .all()
        .map(({ id }) => String(id)),
    );
    const jobs = new Map(
      db
        .prepare('SELECT id, version FROM jobs WHERE deleted_at IS NULL')
        .all()
        .map(({ id, version }) => [String(id), Number(version)]),
    );
    return facts
      .filter((fact) => {
        if (fact.kind === 'settled') return !ended.has(fact.id);
        if (fact.kind === 'job') return (jobs.get(fact.id) ?? 0) < fact.version;
        if (fact.kind === 'deleted') return jobs.has(fact.id);
        return !runs.has(fact.id);
      })
      .map((fact) => `lost: ${JSON.stringify(fact)}`);
  } finally {
    db.close();
  }
}

async function unsettled(file: string, ids: readonly string[]): Promise<readonly string[]> {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    let least = Number.POSITIVE_INFINITY;
    let end = 0;
    for (;;) {
      const live = new Set(
        db
          .prepare('SELECT id FROM live_runs')
          .all()
          .map(({ id }) => String(id)),
      );
      const left = ids.filter((id) => live.has(id));
      if (left.length < least) end = performance.now() + SETTLE_MS;
      least = Math.min(least, left.length);
      if (left.length === 0 || performance.now() > end) return left;
      await delay(20);
    }
  } finally {
    db.close();
  }
}
