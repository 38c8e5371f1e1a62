import { isLiveRun, type Run } from '../../src/core/model/run.ts';
import type { UntypedJobs } from '../../src/engine/engine.ts';
import { EngineError, StoreError } from '../../src/index.ts';
import type { MemoryDatabase } from '../../src/stores/memory/index.ts';
import type { Ledger } from './ledger.ts';
import type { Deed } from './scenario.ts';
import type { World } from './world.ts';

export interface PeopleDeps {
  readonly world: World;
  readonly database: MemoryDatabase;
  readonly ledger: Ledger;
}

/** Asks an engine for what a person wants, and notes in the ledger what it answers. */
export function ask(deed: Deed, engine: UntypedJobs, deps: PeopleDeps): void {
  if (deed.kind === 'recreate') {
    askOne({ kind: 'delete', jobId: deed.input.id }, engine, deps);
    return askOne({ kind: 'create', input: deed.input }, engine, deps);
  }
  if (deed.kind !== 'burst') return askOne(deed, engine, deps);
  const trigger = { kind: 'trigger', jobId: deed.jobId, key: undefined, runAtMs: undefined } as const;
  for (let n = 0; n < deed.count; n += 1) askOne(trigger, engine, deps);
}

function askOne(deed: Deed, engine: UntypedJobs, { world, database, ledger }: PeopleDeps): void {
  const asked = request(deed, engine, database, world.wall);
  if (asked === undefined) return;
  const jobId = 'jobId' in deed ? deed.jobId : 'input' in deed ? deed.input.id : undefined;
  const key = 'key' in deed ? deed.key : undefined;
  const command: Ledger['commands'][number] = { kind: deed.kind, jobId, key, askedAt: world.elapsed };
  ledger.commands.push(command);
  asked.then(
    (value) => {
      command.answer = { at: world.elapsed, ok: true, value };
      world.note(`person hears that ${deed.kind} ${jobId ?? ''} is done`);
    },
    (error: unknown) => {
      if (!(error instanceof EngineError || error instanceof StoreError)) throw error;
      command.answer = { at: world.elapsed, ok: false, value: error };
      world.note(`person hears that ${deed.kind} ${jobId ?? ''} is refused: ${error.message.slice(0, 150)}`);
    },
  );
}

function request(
  deed: Deed,
  engine: UntypedJobs,
  database: MemoryDatabase,
  now: number,
): Promise<unknown> | undefined {
  const by = 'user:1';
  switch (deed.kind) {
    case 'create':
      return engine.createJob(deed.input, { by });
    case 'put':
      return engine.putJob(deed.input, { by });
    case 'patch':
      return engine.patchJob(deed.jobId, deed.patch, { by });
    case 'delete':
      return engine.deleteJob(deed.jobId, { by });
    case 'resume':
      return engine.resumeJob(deed.jobId, { by });
    case 'pause': {
      const { untilMs, cancelLive } = deed;
      const until = untilMs === undefined ? {} : { until: new Date(now + untilMs) };
      return engine.pauseJob(deed.jobId, { cancelLive, ...until }, { by });
    }
    case 'trigger': {
      const { key, runAtMs } = deed;
      const runAt = runAtMs === undefined ? undefined : new Date(now + runAtMs);
      return engine.trigger(deed.jobId, { key, runAt }, { by });
    }
    case 'cancel': {
      const run = pick(
        [...database.live.values()].map((row) => row.run),
        deed.n,
      );
      return run && engine.cancelRun(run.id, { force: deed.force }, { by });
    }
    case 'retry': {
      const all: readonly Run[] = [
        ...database.runs.values(),
        ...[...database.live.values()].map(({ run }) => run),
      ];
      const run = pick(
        all.filter((each) => isLiveRun(each) || each.status !== 'succeeded'),
        deed.n,
      );
      return run && engine.retryRun(run.id, { by });
    }
    case 'backfill': {
      const { jobId, backMs, onlyMissing } = deed;
      return engine.backfillJob(jobId, { from: now - backMs, onlyMissing }, { by });
    }
    case 'bulk_jobs':
      return engine.bulkJobs({ action: deed.action, all: true }, { by });
    case 'bulk_runs':
      return engine.bulkRuns({ action: deed.action, all: true }, { by });
    case 'pause_all':
      return engine.pauseAll(deed.untilMs === undefined ? {} : { until: new Date(now + deed.untilMs) }, {
        by,
      });
    case 'resume_all':
      return engine.resumeAll({ by });
    default:
      return undefined;
  }
}

function pick<T>(from: readonly T[], n: number): T | undefined {
  return from.length === 0 ? undefined : from[n % from.length];
}
