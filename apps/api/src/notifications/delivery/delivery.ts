import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/schema.ts';
import type { Mailer, MailOutcome } from '../mailers/mailer.ts';
import { TemplateDataError, type TemplateName, type Templates } from '../templates.ts';
import { CLAIM_MS, type Claimed, type Claims, createClaims, type Settled } from './claims.ts';
import { forgetOld } from './retention.ts';

/** Sends due notifications. */
export interface NotificationDelivery {
  /**
   * Sends every due notification of a template at least once, in batches of `batchSize`. Sends one twice only
   * if the process dies, or loses its database, before it is marked. Throws the mailer's error or `signal`'s
   * reason after it has released unsent ones. At the end, deletes notifications that were sent or failed 90
   * days ago.
   */
  sendDue(work: DeliveryWork): Promise<DeliveryReport>;
}

export interface DeliveryWork {
  readonly template: TemplateName;
  readonly batchSize: number;
  /** Claims of the same run with another fence are of an attempt that died. */
  readonly run: { readonly id: string; readonly fence: number };
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
  /** What an interrupted call of the same run has counted, and where to save it. */
  readonly resume?: {
    readonly from: DeliveryCounts | undefined;
    /** Called after each batch, and awaited. */
    readonly save: (counts: DeliveryCounts) => Promise<void>;
  };
}

export type DeliveryCounts = Pick<DeliveryReport, 'sent' | 'failed'>;

export interface DeliveryReport {
  readonly sent: number;
  /** Refused for good, or put off: see the notification's `status` and `error`. */
  readonly failed: number;
  /** Still due: another sender has them. */
  readonly remaining: number;
}

export interface DeliveryDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly templates: Templates;
  /** Mails to one address in one day (UTC); those beyond it wait for the next day. */
  readonly perAddressPerDay: number;
}

export function createNotificationDelivery(deps: DeliveryDeps): NotificationDelivery {
  return {
    sendDue: async ({ template, batchSize, run, signal, progress, resume }) => {
      const { database, mailer, clock, perAddressPerDay } = deps;
      const claims = createClaims({
        database,
        now: () => clock.now(),
        template,
        run,
        domain: mailer.domain,
        perAddressPerDay,
      });
      await claims.takeOver();
      const counts = { sent: 0, failed: 0, ...resume?.from };
      const total = counts.sent + counts.failed + (await claims.countDue());
      const count = ({ outcome }: Settled): void => {
        if (outcome.status === 'sent') counts.sent += 1;
        else counts.failed += 1;
        const done = counts.sent + counts.failed;
        progress(done, Math.max(done, total));
      };
      for (;;) {
        signal.throwIfAborted();
        const { claimed, putOff } = await claims.claim(batchSize);
        if (claimed.length === 0 && putOff === 0) break;
        try {
          await sendBatch(deps, { claims, batch: claimed, template, signal, count });
        } finally {
          // Also after an interrupted batch: what it has sent is marked.
          await resume?.save(counts);
        }
      }
      await forgetOld({ database, template, now: clock.now(), signal });
      return { ...counts, remaining: await claims.countDue() };
    },
  };
}

interface Batch {
  readonly claims: Claims;
  readonly batch: readonly Claimed[];
  readonly template: TemplateName;
  readonly signal: AbortSignal;
  readonly count: (settled: Settled) => void;
}

async function sendBatch(
  deps: DeliveryDeps,
  { claims, batch, template, signal, count }: Batch,
): Promise<void> {
  const queue = [...batch];
  const marks = createMarks(claims, deps.clock);
  const giveUpAt = deps.clock.now() + CLAIM_MS / 2;
  const failures: unknown[] = [];
  const mayGoOn = (): boolean => failures.length === 0 && !signal.aborted && deps.clock.now() < giveUpAt;
  const sender = async (): Promise<void> => {
    while (mayGoOn()) {
      const claimed = queue.shift();
      if (claimed === undefined) return;
      try {
        const settled = { claimed, outcome: await send(deps, template, claimed, signal) };
        count(settled);
        marks.add(settled);
      } catch (error) {
        failures.push(error);
        queue.push(claimed);
      }
      await marks.flushIfDue().catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: deps.mailer.inFlight }, sender));
  await marks.flush();
  await claims.release(queue);
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}

async function send(
  { mailer, templates }: DeliveryDeps,
  template: TemplateName,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<MailOutcome> {
  const name = claimed.name ?? 'there';
  try {
    const rendered = templates.render(template, { name }, JSON.parse(claimed.data));
    const messageId = `${claimed.id}@${mailer.domain}`;
    return await mailer.send(
      { messageId, to: { name: claimed.name ?? '', address: claimed.email }, ...rendered },
      signal,
    );
  } catch (error) {
    if (error instanceof TemplateDataError) return { status: 'refused', detail: error.message };
    throw error;
  }
}

// At full speed marks are written about so often, many in one transaction; with a slow server each is written
// at once.
const FLUSH_EVERY_MS = 20;

/** Writes marks soon after each send, so that a crash repeats few. */
function createMarks(claims: Claims, clock: Clock) {
  let waiting: Settled[] = [];
  let flushing: Promise<void> = Promise.resolve();
  let lastFlush = 0;
  const flush = (): Promise<void> => {
    lastFlush = clock.now();
    flushing = flushing.then(async () => {
      const settled = waiting;
      waiting = [];
      if (settled.length > 0) await claims.settle(settled);
    });
    return flushing;
  };
  return {
    add: (settled: Settled): void => {
      waiting.push(settled);
    },
    flushIfDue: async (): Promise<void> => {
      if (Math.abs(clock.now() - lastFlush) >= FLUSH_EVERY_MS) await flush();
    },
    flush,
  };
}
