import type { Clock } from '../clock.ts';
import { type AuditEntry, recordAudits } from '../db/audit.ts';
import type { Queries } from '../db/schema.ts';
import { networkOf } from '../rest/client-address.ts';
import { createEventSampler, type EventBounds, type LeftOut } from './event-sampler.ts';

export type SecurityEventKind =
  | 'sign_in'
  | 'sign_in_failed'
  | 'sign_in_throttled'
  | 'refresh_reused'
  | 'forbidden';

/** An event that matters for security. */
export interface SecurityEvent {
  readonly kind: SecurityEventKind;
  /** Absent if the actor is unknown. */
  readonly actor?: AuditEntry['actor'];
  /** The object of the event, such as `email:ann@example.com`. */
  readonly target: string;
  /** Address of the client. */
  readonly address: string;
  /** Details for people: small, JSON, without secrets. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Writes security events to the log and to the audit log. Under attack, it records the first events of each
 * minute and counts the others. Callers never wait for it and get no errors.
 */
export interface SecurityLog {
  record(event: SecurityEvent): void;
  /** Resolves when all recorded events are written, or writing them has failed. */
  flush(): Promise<void>;
  /** The last {@link flush}; it includes the counts of the current minute. */
  close(): Promise<void>;
}

export interface SecurityLogDeps {
  readonly database: Queries;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Limits per minute. Anybody can cause failed sign-ins; other events require an account, so their limits
 * leave room for many accounts.
 */
const BOUNDS: Readonly<Record<SecurityEventKind, EventBounds>> = {
  sign_in: { inAll: 600, perKey: [10] },
  sign_in_failed: { inAll: 60, perKey: [10, 10] },
  sign_in_throttled: { inAll: 60, perKey: [10, 10] },
  refresh_reused: { inAll: 600, perKey: [10] },
  forbidden: { inAll: 600, perKey: [20, 10] },
};
const NOBODY = { id: 'anonymous', name: 'anonymous' };
const SYSTEM = { id: 'system', name: 'system' };
const MINUTE_MS = 60_000;
// Limit of entries in memory while the database is unavailable.
const MOST_UNWRITTEN = 1_000;
const ROWS_PER_WRITE = 100;

export function createSecurityLog({ database, clock, logger }: SecurityLogDeps): SecurityLog {
  const sampler = createEventSampler(BOUNDS, clock);
  const unwritten: AuditEntry[] = [];
  let dropped = 0;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const add = (entry: AuditEntry): void => {
    if (unwritten.length < MOST_UNWRITTEN) unwritten.push(entry);
    else dropped += 1;
  };
  const tellDropped = (): void => {
    if (dropped === 0) return;
    const fields = { dropped, kept: MOST_UNWRITTEN };
    logger.warn(fields, 'the audit log lacks security events: the database was away for too long');
    dropped = 0;
  };
  const addLeftOut = (all?: 'all'): void => {
    for (const left of sampler.leftOut(all)) {
      logger.warn(leftOutOf(left), 'security events left out');
      add({
        actor: SYSTEM,
        action: left.kind,
        target: 'left_out',
        change: leftOutOf(left),
        at: clock.now(),
      });
    }
  };
  const write = async (): Promise<void> => {
    try {
      while (unwritten.length > 0) {
        const batch = unwritten.slice(0, ROWS_PER_WRITE);
        await recordAudits(database, batch);
        unwritten.splice(0, batch.length);
      }
      tellDropped();
    } catch (error) {
      // Kept, and written with the next one.
      logger.error({ err: error }, 'could not write security events to the audit log; will retry');
    }
  };
  const flush = (): Promise<void> => {
    addLeftOut();
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const flushLater = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, MINUTE_MS).unref();
  };
  return {
    record: (event) => {
      const { kind, target } = event;
      if (!sampler.takes(kind, keysOf(event))) return flushLater();
      const entry = entryOf(event, clock.now());
      const level = kind === 'refresh_reused' || kind === 'sign_in_throttled' ? 'warn' : 'info';
      logger[level]({ event: kind, actor: entry.actor.id, target, ...entry.change }, 'security event');
      add(entry);
      void flush();
    },
    flush,
    close: async () => {
      clearTimeout(timer);
      addLeftOut('all');
      await flush();
      tellDropped();
    },
  };
}

/**
 * The keys that an event is counted under, in the order of `perKey`. A sign-in and a reused token count for
 * their account, a 403 for its account and that account's route. Hiding others' 403s takes 30 accounts.
 */
function keysOf({ kind, actor = NOBODY, target, address }: SecurityEvent): readonly string[] {
  switch (kind) {
    case 'sign_in':
    case 'refresh_reused':
      return [target];
    case 'forbidden':
      return [actor.id, `${actor.id} ${target}`];
    case 'sign_in_failed':
    case 'sign_in_throttled':
      return [`address ${networkOf(address)}`, target];
    default:
      return kind satisfies never;
  }
}

function entryOf({ kind, actor = NOBODY, target, address, detail }: SecurityEvent, at: number): AuditEntry {
  return { actor, action: kind, target, change: { address, ...detail }, at };
}

function leftOutOf({ kind, count, from, until }: LeftOut<SecurityEventKind>) {
  const time = (ms: number): string => new Date(ms).toISOString();
  return { event: kind, left_out: count, from: time(from), until: time(until) };
}
