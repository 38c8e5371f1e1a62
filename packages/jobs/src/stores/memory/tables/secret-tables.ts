import type { SealedRow, SealedTable } from '../../../core/store/secret-store.ts';
import type { SecretTables } from '../../../core/transactions/secrets/secret-tables.ts';
import type { MemoryDatabase, MemoryUnit } from '../memory-database.ts';

export function secretTables({ db }: MemoryUnit): SecretTables {
  return {
    keepSecrets: (names) => names.filter((name) => db.secrets.has(name)),
    lockSecret: (name) => db.secrets.get(name),
    countSecrets: () => db.secrets.size,
    saveSecret: (secret) => void db.secrets.set(secret.name, secret),
    removeSecret: (name) => void db.secrets.delete(name),
    jobsUsing: (name, limit) => jobsUsing(db, name).slice(0, limit),
    replaceSealedRows({ table, rows }) {
      const known = new Map(rowsOf(db, table).map((each) => [each.row.key, each]));
      let count = 0;
      for (const { key, before, after } of rows) {
        const found = known.get(key);
        if (found?.row.text !== before) continue;
        found.replace(after);
        count += 1;
      }
      return count;
    },
  };
}

export function jobsUsing(db: MemoryDatabase, name: string): readonly string[] {
  return [...db.jobs.values()]
    .filter(({ job, deletedAt }) => deletedAt === undefined && job.payload.includes(`{"$secret":"${name}"}`))
    .map(({ job }) => job.id)
    .sort();
}

interface Replaceable {
  readonly row: SealedRow;
  replace(text: string): void;
}

export function rowsOf(db: MemoryDatabase, table: SealedTable): readonly Replaceable[] {
  const ofJob = (uid: number | string) => {
    const { job } = db.requireJob(uid);
    return { owner: job.id, type: job.type };
  };
  switch (table) {
    case 'jobs':
      return [...db.jobs.values()].map((stored) => ({
        row: { key: String(stored.uid), ...ofJob(stored.uid), text: stored.job.payload },
        replace: (payload) => db.putJob({ ...stored, job: { ...stored.job, payload } }),
      }));
    case 'job_versions':
      return [...db.versions].map(([key, kept]) => ({
        row: { key, ...ofJob(kept.uid), text: kept.definition.payload },
        replace: (payload) =>
          void db.versions.set(key, { ...kept, definition: { ...kept.definition, payload } }),
      }));
    case 'live_runs':
      return [...db.live.values()].flatMap(({ run, ...rest }) => {
        if (run.payload === undefined) return [];
        const replace = (payload: string) => db.putLive({ ...rest, run: { ...run, payload } });
        return [{ row: { key: run.id, ...ofJob(run.jobUid), text: run.payload }, replace }];
      });
    case 'runs':
      return [...db.runs].flatMap(([id, run]) => {
        if (run.payload === undefined) return [];
        const replace = (payload: string) => void db.runs.set(id, { ...run, payload });
        return [{ row: { key: run.id, ...ofJob(run.jobUid), text: run.payload }, replace }];
      });
    case 'checkpoints':
      return [...db.checkpoints].map(([id, saved]) => ({
        row: { key: String(id), owner: String(id), type: '', text: saved.content },
        replace: (content) => void db.checkpoints.set(id, { ...saved, content }),
      }));
    case 'secrets':
      return [...db.secrets].map(([name, secret]) => ({
        row: { key: name, owner: name, type: '', text: secret.sealed },
        replace: (sealed) => void db.secrets.set(name, { ...secret, sealed }),
      }));
    case 'alert_channels':
      return [...db.alertChannels].map(([id, { channel, ...rest }]) => ({
        row: { key: id, owner: id, type: '', text: channel.config },
        replace: (config) => void db.alertChannels.set(id, { ...rest, channel: { ...channel, config } }),
      }));
    default:
      return table satisfies never;
  }
}
