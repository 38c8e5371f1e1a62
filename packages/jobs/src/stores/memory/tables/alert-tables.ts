import { type AlertDelivery, LISTED_ALERTS, messageIdOf } from '../../../core/alerts/alert.ts';
import { MOST_A_MINUTE } from '../../../core/alerts/alert-queue.ts';
import type { Mutable } from '../../../core/objects.ts';
import type {
  AlertTables,
  GatheredMessage,
  ToldCondition,
  WatchedJob,
} from '../../../core/transactions/alerts/alert-tables.ts';
import type { MemoryDatabase, MemoryUnit } from '../memory-database.ts';

export function alertTables(u: MemoryUnit): AlertTables {
  return { ...channelTables(u), ...queueTables(u), ...toldTables(u) };
}

function channelTables({ db }: MemoryUnit) {
  return {
    alertChannels: () => [...db.alertChannels.values()].map(({ channel }) => channel),
    lockAlertChannel: (id) => db.alertChannels.get(id)?.channel,
    saveAlertChannel(channel) {
      const row = db.alertChannels.get(channel.id) ?? { queue: { sent: 0 } };
      db.alertChannels.set(channel.id, { ...row, channel });
    },
    removeAlertChannel(id) {
      for (const [key, { channel }] of db.deliveries) if (channel === id) db.deliveries.delete(key);
      db.alertChannels.delete(id);
    },
    jobsNaming: (channel, limit) =>
      [...db.jobs.values()]
        .filter(({ job, deletedAt }) => deletedAt === undefined && job.alerts?.includes(channel))
        .map(({ job }) => job.id)
        .sort()
        .slice(0, limit),
    addAlertDeliveries(deliveries) {
      for (const { channel, alert } of deliveries) {
        const id = db.nextId();
        db.deliveries.set(id, { id: String(id), channel, alert, status: 'pending', tries: 0 });
      }
    },
    findAlertDelivery: (id) => db.deliveries.get(Number(id)),
  } satisfies Partial<AlertTables>;
}

function queueTables({ db, unit: { now } }: MemoryUnit) {
  const changeMessage = (id: string, change: Partial<AlertDelivery>) => {
    for (const [key, row] of db.deliveries)
      if (row.message === id && row.status !== 'sent') db.deliveries.set(key, { ...row, ...change });
  };
  return {
    lockAlertQueues: () => ({
      leavesOut: false,
      locked: [...db.alertChannels.values()].flatMap(({ channel, queue }) => {
        const { fresh, retried } = pendingOf(db, channel.id);
        if (fresh.length + retried.length === 0) return [];
        const retryAt = retried[0]?.dueAt;
        const waiting = {
          fresh: Math.min(fresh.length, MOST_A_MINUTE + 1),
          ...(retryAt === undefined ? {} : { retryAt }),
        };
        return [{ channel, queue, waiting }];
      }),
    }),
    saveAlertQueue(id, queue) {
      const row = db.alertChannels.get(id);
      if (row !== undefined) db.alertChannels.set(id, { ...row, queue });
    },
    gatherMessage(channel, kind, until) {
      const { fresh, retried } = pendingOf(db, channel);
      const [first] = kind === 'retry' ? retried : fresh;
      if (first === undefined) return undefined;
      const message = first.message ?? messageIdOf({ id: first.id, at: first.alert.at });
      for (const row of kind === 'digest' ? fresh : [first])
        db.deliveries.set(Number(row.id), { ...row, message });
      changeMessage(message, { dueAt: until });
      return gathered(db, message);
    },
    triesOf: (message) =>
      [...db.deliveries.values()].find((row) => row.message === message && row.status === 'pending')?.tries,
    saveMessage(message, { status, tries, dueAt, error }) {
      for (const [key, row] of db.deliveries) {
        if (row.message !== message || row.status === 'sent') continue;
        const { dueAt: _, error: __, settledAt: ___, ...kept } = row;
        const after: Mutable<AlertDelivery> = { ...kept, status, tries };
        if (dueAt !== undefined) after.dueAt = dueAt;
        if (error !== undefined) after.error = error;
        if (status !== 'pending') after.settledAt = now;
        db.deliveries.set(key, after);
      }
    },
    freeAlertQueue(id, error) {
      const row = db.alertChannels.get(id);
      if (row === undefined) return;
      const { busyUntil: _, ...queue } = row.queue;
      const { lastError: __, ...kept } = row;
      const told = error === undefined ? { lastSentAt: now } : { lastError: error };
      db.alertChannels.set(id, { ...kept, queue, ...told });
    },
  } satisfies Partial<AlertTables>;
}

/** What waits for a channel: in no message yet, and to be tried again, earliest due first. */
function pendingOf(db: MemoryDatabase, channel: string) {
  const pending = [...db.deliveries.values()].filter(
    (row) => row.channel === channel && row.status === 'pending',
  );
  return {
    fresh: pending.filter(({ message }) => message === undefined),
    retried: pending
      .filter(({ message }) => message !== undefined)
      .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0)),
  };
}

function gathered(db: MemoryDatabase, id: string): GatheredMessage {
  const rows = [...db.deliveries.values()].filter(
    ({ message, status }) => message === id && status !== 'sent',
  );
  const counts: Mutable<GatheredMessage['message']['counts']> = {};
  for (const { alert } of rows) counts[alert.condition] = (counts[alert.condition] ?? 0) + 1;
  return {
    message: {
      id,
      alerts: rows.slice(0, LISTED_ALERTS).map(({ alert }) => alert),
      count: rows.length,
      counts,
      isDigest: rows.length > 1,
    },
    tries: Math.max(...rows.map(({ tries }) => tries)),
  };
}

function toldTables({ db, unit: { now } }: MemoryUnit) {
  const keyOf = ({ condition, jobId }: ToldCondition) => `${condition} ${jobId}`;
  return {
    takeAlertWatch(ms) {
      const until = db.alertWatchUntil;
      if (until > now && until <= now + ms) return false;
      db.alertWatchUntil = now + ms;
      return true;
    },
    toldConditions: ({ after = '', to }) =>
      [...db.told.values()].filter(({ jobId }) => jobId > after && (to === undefined || jobId <= to)),
    rememberTold(told) {
      for (const { jobId, condition } of told) db.told.set(keyOf({ jobId, condition }), { jobId, condition });
    },
    forgetTold(jobIds) {
      for (const [key, { jobId }] of db.told) if (jobIds.includes(jobId)) db.told.delete(key);
    },
    watchedJobs: (ids) =>
      ids.flatMap((id): readonly WatchedJob[] => {
        const job = db.findJob(id)?.job;
        if (job === undefined) return [];
        return [{ id, name: job.name, isPaused: job.status === 'paused', alerts: job.alerts ?? [] }];
      }),
  } satisfies Partial<AlertTables>;
}
